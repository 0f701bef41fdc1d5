import { setTimeout } from 'node:timers/promises';
import { signTokens } from './tokens.ts';
import type { Load, LoadCalls } from './load-process.ts';
import type { Usage } from './meter.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import { withStage } from './stage.ts';
import type { servers } from './subject-server.ts';

const CLIENTS = 50;
const CLIENTS_MODULE = new URL('load-process.ts', import.meta.url);

/** What a client waits for: the ack of `chat.send`, through socket, procedure, hub and log. */
export const ackedSends: Scenario = {
  name: 'acked-sends',
  summary: `acked chat.send into one room from ${CLIENTS} WebSocket clients, each with one in flight`,
  // As long as V8 compiles what is hot, whoever has most code pays most.
  warmUpSeconds: 8,
  runs: 12,
  seconds: 2,
  subjects: [subject('rooms'), subject('rooms-memory'), subject('stock-trpc')],
  targets: [
    { subject: 'rooms', figure: 'acksPerSecond', atLeast: 2_500 },
    { subject: 'rooms', figure: 'loopDelayP99Ms', under: 20 },
    { subject: 'rooms', figure: 'cpuPerCallUs', against: 'stock-trpc', ratio: 1 },
  ],
};

function subject(name: keyof typeof servers): Subject {
  return { name, stay: (options, use) => stay(name, options, use) };
}

function stay<T>(
  name: keyof typeof servers,
  { dir, seconds, warmUpSeconds }: RunOptions,
  use: (run: () => Promise<Figures>) => Promise<T>,
): Promise<T> {
  return withStage<LoadCalls, T>({ name, dir, clients: CLIENTS_MODULE }, async (stage) => {
    const { server, clients, url, secret } = stage;
    await clients.call('connect', { url, tokens: await signTokens(secret, CLIENTS) });
    const measure = async (duration: number, withLoopDelay: boolean) => {
      await server.call('start', { withLoopDelay });
      await clients.call('start');
      await setTimeout(duration * 1000);
      const load = await clients.call('stop');
      return { load, usage: await server.call('stop') };
    };
    await measure(warmUpSeconds, false);
    const result = await use(async () => {
      const { load, usage } = await measure(seconds, false);
      // By itself: the timer that it takes wakes a loop that sleeps while the log commits.
      const delays = await measure(seconds, true);
      return figuresOf(usage, load, delays.usage);
    });
    await clients.call('close');
    return result;
  });
}

function figuresOf(usage: Usage, { acks, seconds, ...latencies }: Load, delays: Usage): Figures {
  return {
    acksPerSecond: acks / seconds,
    ...latencies,
    loopDelayP50Ms: delays.loopDelayP50Ms,
    loopDelayP99Ms: delays.loopDelayP99Ms,
    loopDelayMaxMs: delays.loopDelayMaxMs,
    cpuPerCallUs: usage.cpuUs / acks,
    loopCpuPerCallUs: usage.loopCpuUs / acks,
    rssMb: usage.rssMb,
  };
}
