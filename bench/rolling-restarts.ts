import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { balancerOver } from '../tests/kit/balancer.ts';
import { redisServer } from '../tests/kit/redis-server.ts';
import { addressOf } from './addresses.ts';
import { Remote } from './remote.ts';
import type { RollingCalls } from './rolling-process.ts';
import { startNode, type RoomsNode } from './rooms-node.ts';
import type { Figures, RunOptions, Scenario } from './scenario.ts';
import { withTempDir } from './temp-dir.ts';
import { signTokens } from './tokens.ts';

const CLIENTS = 2_000;
const ROOMS = 20;
const PER_SECOND = 40;
const RESTARTS = 10;
const DRAIN_MS = 10_000;

/** A deployment, again and again, while everybody talks. */
export const rollingRestarts: Scenario = {
  name: 'rolling-restarts',
  summary: `${RESTARTS} rolling restarts of two nodes over one Redis, ${CLIENTS} SDK clients, ${PER_SECOND} messages/s`,
  subjects: [{ name: 'rooms', run }],
  targets: [
    ...['missing', 'repeated', 'reordered', 'gaps', 'notAcked'].map((figure) => ({
      subject: 'rooms',
      figure,
      under: 1,
    })),
    { subject: 'rooms', figure: 'movesMost', under: 2 },
    { subject: 'rooms', figure: 'interruptionP99Ms', under: 3_001 },
    { subject: 'rooms', figure: 'exitMaxMs', under: 30_000 },
  ],
  runs: 1,
  seconds: 2,
};

/** `seconds`: between two restarts. */
function run({ dir: base, seconds }: RunOptions): Promise<Figures> {
  return withTempDir(base, async (dir) => {
    const redis = await redisServer();
    const secret = randomBytes(32).toString('base64url');
    const env = { REDIS_URL: redis.url, AUTH_SECRET: secret, DRAIN_MS: `${DRAIN_MS}` };
    const start = (no: number, port = 0) =>
      startNode({ ...env, DATA_DIR: `${dir}/${no}`, PORT: `${port}` });
    const nodes = await Promise.all([start(0), start(1)]);
    const balancer = await balancerOver(
      nodes.map(({ port }) => port),
      addressOf,
    );
    const clients = Remote.fork<RollingCalls>(new URL('rolling-process.ts', import.meta.url));
    try {
      const tokens = await signTokens(secret, CLIENTS);
      await clients.call('connect', { url: balancer.socketUrl, rooms: ROOMS, tokens });
      await clients.call('talk', PER_SECOND);
      const exits: { code: number | null; exitMs: number }[] = [];
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        await setTimeout(seconds * 1000);
        exits.push(await restartOne(nodes, restart % nodes.length, start));
        await clients.call('lap');
      }
      return { ...(await clients.call('finish')), ...exitFigures(exits) };
    } finally {
      await clients.end();
      await balancer.close();
      for (const node of nodes) node.kill();
      await redis.stop();
    }
  });
}

/** Ends a node and starts it again at the same address, as the next version of itself. */
async function restartOne(
  nodes: RoomsNode[],
  no: number,
  start: (no: number, port: number) => Promise<RoomsNode>,
) {
  const node = nodes[no];
  if (!node) throw new Error(`rolling-restarts: no node ${no}`);
  const exit = await node.stop();
  nodes[no] = await start(no, node.port);
  // The balancer looks every 50 ms.
  await setTimeout(200);
  return exit;
}

function exitFigures(exits: readonly { code: number | null; exitMs: number }[]): Figures {
  return {
    exitMaxMs: Math.max(...exits.map(({ exitMs }) => exitMs)),
    exitsNotZero: exits.filter(({ code }) => code !== 0).length,
  };
}
