import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '../../server/index.ts';
import { DAY } from '../../shared/index.ts';
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { startRedisChild, type RedisChild } from './redis-child.ts';
import { startServerChild, type ServerChild } from './server-child.ts';
import type { Venue } from './venue.ts';
import { sleep } from './waiting.ts';

/** One of the servers that share a Redis, with a proxy on either side of it. */
export interface ClusterNode {
  readonly name: string;
  /** Before it: its clients come through there. */
  readonly front: FaultProxy;
  /** Behind it: its way to Redis. */
  readonly back: FaultProxy;
  /** Undefined while none runs. */
  readonly current: ServerChild | undefined;
  /** Ends the process and starts another. Not before the one that is under way is done. */
  replace(signal: 'SIGKILL' | 'SIGTERM', downMs: number): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Servers that share a Redis, all of them ours to kill. */
export interface Cluster {
  readonly nodes: readonly ClusterNode[];
  readonly redis: RedisChild;
  /** Redis is down, or not to be reached by anybody: nodes cannot connect while `work` is done. */
  withoutRedis(work: () => Promise<void>): Promise<void>;
}

// A node does not start while Redis cannot be reached: whoever runs it tries again.
const START_TRIES = 100;
const TRY_AGAIN_MS = 500;
const DRAIN_MS = '1000';

/** Starts a Redis and nodes. Clients come to one after the other, as through a load balancer that knows which are
 *  there. @throws Error when something does not start */
export async function clusterVenue(count: number): Promise<Venue> {
  const redis = await startRedisChild();
  const dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-check-'));
  const secret = randomBytes(32).toString('base64url');
  const door = { isOpen: true };
  const nodes: OpenNode[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.close()));
    await redis.close();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < count; index += 1) {
      nodes.push(await openNode({ name: `n${index}`, redis, door, dir, secret }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  let turn = 0;
  return {
    get target() {
      const up = nodes.filter(({ current }) => current !== undefined);
      const next = up[(turn += 1) % Math.max(1, up.length)];
      return next && { host: '127.0.0.1', port: next.front.port, isSecure: false };
    },
    path: '/trpc',
    user: (name) => name,
    token: (user) => signToken(secret, { id: user, name: user, expiresAt: Date.now() + DAY }),
    memory: () => Math.max(...nodes.map(({ current }) => current?.memory() ?? 0)),
    cluster: {
      nodes,
      redis,
      withoutRedis: async (work) => {
        door.isOpen = false;
        await work();
        door.isOpen = true;
      },
    },
    close,
  };
}

interface OpenNode extends ClusterNode {
  close(): Promise<void>;
}

async function openNode(options: {
  name: string;
  redis: RedisChild;
  door: { readonly isOpen: boolean };
  dir: string;
  secret: string;
}): Promise<OpenNode> {
  const { name, redis, door, dir, secret } = options;
  const local = (port: number) => ({ host: '127.0.0.1', port, isSecure: false });
  // Whoever knocks at the proxy before the node has started must find none, and no error.
  let current: ServerChild | undefined;
  const back = await openFaultProxy(() => (door.isOpen ? local(redis.port) : undefined));
  const front = await openFaultProxy(() => current && local(current.port));
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();
  const start = async (): Promise<ServerChild | undefined> => {
    const env = { REDIS_URL: `redis://127.0.0.1:${back.port}`, DRAIN_MS };
    for (let left = START_TRIES; ; left -= 1) {
      try {
        return await startServerChild({ dataDir: join(dir, name), secret, env });
      } catch (error) {
        if (left === 0) throw error;
        if (isClosed) return undefined;
        await sleep(TRY_AGAIN_MS);
      }
    }
  };
  current = await start();
  const replace = async (signal: 'SIGKILL' | 'SIGTERM', downMs: number) => {
    const ending = current;
    current = undefined;
    await ending?.end(signal);
    await sleep(downMs);
    if (!isClosed) current = await start();
  };
  return {
    name,
    front,
    back,
    get current() {
      return current;
    },
    idle: () => turn,
    replace: (...how) => (turn = turn.then(() => replace(...how))),
    close: async () => {
      isClosed = true;
      // What failed to start is told to whom it was started for.
      await turn.catch(() => {});
      await current?.end('SIGKILL');
      await Promise.all([front.close(), back.close()]);
    },
  };
}
