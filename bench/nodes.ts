import { randomBytes } from 'node:crypto';
import { redisServer } from '../tests/kit/redis-server.ts';
import type { AudienceCalls } from './audience-process.ts';
import { countCommands } from './redis-commands.ts';
import { Remote } from './remote.ts';
import type { Figures, RunOptions, Scenario, Subject } from './scenario.ts';
import type { ServerCalls } from './server-process.ts';
import { shippedFlags } from './shipped-flags.ts';
import { withTempDir } from './temp-dir.ts';
import { signTokens } from './tokens.ts';

const FOLLOWERS = 200;
const PUBLISHERS = 20;
const PACE = { burstsPerSecond: 20, burst: 1, length: 100 };
const COUNTED_SECONDS = 3;
const SERVER = new URL('server-process.ts', import.meta.url);
const CLIENTS = new URL('audience-process.ts', import.meta.url);

/** What another node costs: everybody publishes on one of two, and follows there or on the other. */
export const nodes: Scenario = {
  name: 'nodes',
  summary: `two nodes over one Redis: 20 messages/s on one, ${FOLLOWERS} followers on the other or on the same`,
  subjects: [subject('across', 1), subject('local', 0)],
  targets: [
    { subject: 'across', figure: 'latencyP99Ms', against: 'local', ratio: 3 },
    { subject: 'across', figure: 'redisCommandsPerPublish', under: 2.001 },
  ],
  warmUpSeconds: 5,
};

function subject(name: string, followedNode: number): Subject {
  return { name, run: (options) => run(followedNode, options) };
}

function run(followedNode: number, options: RunOptions): Promise<Figures> {
  return withTempDir(options.dir, async (dir) => {
    const redis = await redisServer();
    const secret = randomBytes(32).toString('base64url');
    const servers = [0, 1].map(() => Remote.fork<ServerCalls>(SERVER, shippedFlags()));
    const clients = Remote.fork<AudienceCalls>(CLIENTS);
    try {
      const redisUrl = redis.url;
      const open = (server: Remote<ServerCalls>) =>
        server.call('open', { name: 'rooms-redis', dir, secret, redisUrl });
      const urls = await Promise.all(servers.map(open));
      await clients.call('connect', {
        name: 'rooms',
        url: urls[0] ?? '',
        followUrl: urls[followedNode] ?? '',
        rooms: 1,
        tokens: await signTokens(secret, PUBLISHERS + FOLLOWERS),
        publishers: PUBLISHERS,
      });
      const publish = (seconds: number) => clients.call('publish', { ...PACE, seconds });
      await publish(options.warmUpSeconds);
      const { deliveries: _, ...latencies } = await publish(options.seconds);
      const endCount = await countCommands(redisUrl);
      await publish(COUNTED_SECONDS);
      const commands = await endCount();
      await clients.call('close');
      await Promise.all(servers.map((server) => server.call('close')));
      const published = COUNTED_SECONDS * PACE.burstsPerSecond * PACE.burst;
      return { ...latencies, redisCommandsPerPublish: commands / published };
    } finally {
      await Promise.all([clients, ...servers].map((remote) => remote.end()));
      await redis.stop();
    }
  });
}
