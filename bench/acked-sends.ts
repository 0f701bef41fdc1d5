import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { signTokens } from './tokens.ts';
import type { Load, LoadCalls } from './load-process.ts';
import type { Usage } from './meter.ts';
import { Remote } from './remote.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import type { ServerCalls } from './server-process.ts';
import { shippedFlags } from './shipped-flags.ts';
import type { servers } from './subject-server.ts';
import { withTempDir } from './temp-dir.ts';

const CLIENTS = 50;

/** What a client waits for: the ack of `chat.send`, through socket, procedure, hub and log. */
export const ackedSends: Scenario = {
  name: 'acked-sends',
  summary: `acked chat.send into one room from ${CLIENTS} WebSocket clients, each with one in flight`,
  // As long as V8 compiles what is hot, whoever has most code pays most.
  warmUpSeconds: 4,
  subjects: [subject('rooms'), subject('rooms-memory'), subject('stock-trpc')],
  targets: [
    { subject: 'rooms', figure: 'acksPerSecond', atLeast: 2_500 },
    { subject: 'rooms', figure: 'loopDelayP99Ms', under: 20 },
    { subject: 'rooms', figure: 'cpuPerCallUs', against: 'stock-trpc', ratio: 1 },
  ],
};

function subject(name: keyof typeof servers): Subject {
  return { name, run: (options) => withTempDir(options.dir, (dir) => run(name, dir, options)) };
}

/** Server and clients in a process each, so that two cores are used and neither measures the other. */
async function run(name: keyof typeof servers, dir: string, options: RunOptions): Promise<Figures> {
  const flags = name.startsWith('rooms') ? shippedFlags() : [];
  const server = Remote.fork<ServerCalls>(new URL('server-process.ts', import.meta.url), flags);
  const clients = Remote.fork<LoadCalls>(new URL('load-process.ts', import.meta.url));
  try {
    const secret = randomBytes(32).toString('base64url');
    const url = await server.call('open', { name, dir, secret });
    await clients.call('connect', { url, tokens: await signTokens(secret, CLIENTS) });
    await setTimeout(options.warmUpSeconds * 1000);

    await Promise.all([server.call('start', { withLoopDelay: false }), clients.call('start')]);
    await setTimeout(options.seconds * 1000);
    const [usage, load] = await Promise.all([server.call('stop'), clients.call('stop')]);
    // By itself: the timer that it takes wakes a loop that sleeps while the log commits.
    await server.call('start', { withLoopDelay: true });
    await setTimeout(options.seconds * 1000);
    const delays = await server.call('stop');

    await clients.call('close');
    await server.call('close');
    return figuresOf(usage, load, delays);
  } finally {
    await Promise.all([clients.end(), server.end()]);
  }
}

function figuresOf(usage: Usage, { acks, seconds, ...latencies }: Load, delays: Usage): Figures {
  // Per second of the server's own window, as that is what its CPU time was spent in.
  const calls = (acks / seconds) * usage.seconds;
  return {
    acksPerSecond: acks / seconds,
    ...latencies,
    loopDelayP50Ms: delays.loopDelayP50Ms,
    loopDelayP99Ms: delays.loopDelayP99Ms,
    loopDelayMaxMs: delays.loopDelayMaxMs,
    cpuPerCallUs: usage.cpuUs / calls,
    loopCpuPerCallUs: usage.loopCpuUs / calls,
    rssMb: usage.rssMb,
  };
}
