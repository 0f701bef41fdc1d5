import type { Stage } from '../actors/stage.ts';
import type { Random } from '../random.ts';
import type { Cluster } from './cluster.ts';
import type { FaultProxy } from './fault-proxy.ts';
import { sleep } from './waiting.ts';

/** What befalls nodes and their Redis. */
export interface ClusterDeedsOptions {
  readonly cluster: Cluster;
  readonly random: Random;
  readonly record: Stage['record'];
  /** Rooms of the run, by id, and the name of their kind. */
  readonly rooms: readonly string[];
  readonly kind: string;
}

type Deed = (options: ClusterDeedsOptions) => Promise<void>;

const HIT_MS = [200, 5_000] as const;
const DOWN_MS = [0, 1_000] as const;
const FREEZE_MS = [100, 4_000] as const;
const MOST_TORN = 32 * 1024;

/** Does something to a node or to Redis, as chance decides. Resolves when another may follow. */
export async function doToCluster(options: ClusterDeedsOptions): Promise<void> {
  await options.random.pick(DEEDS)(options);
}

/** Ends what was done to the network. Resolves when all processes run. */
export async function healCluster({ nodes }: Cluster): Promise<void> {
  for (const proxy of nodes.flatMap(({ front, back }) => [front, back])) {
    proxy.delay(0);
    proxy.stall(false);
    proxy.blackhole(false);
  }
  // In turn behind what is under way.
  await Promise.all(nodes.map((node) => node.idle()));
}

/** A fault of a line, and what ends it. */
type LineFault = readonly [
  name: string,
  begin: (proxy: FaultProxy) => void,
  end?: (proxy: FaultProxy) => void,
];

const LINE_FAULTS: readonly LineFault[] = [
  ['cut', (proxy) => proxy.break('cut')],
  ['reset', (proxy) => proxy.break('reset')],
  ['cut-request', (proxy) => proxy.break('request')],
  ['cut-reply', (proxy) => proxy.break('reply')],
  ['delay', (proxy) => proxy.delay(100), (proxy) => proxy.delay(0)],
  ['stall', (proxy) => proxy.stall(true), (proxy) => proxy.stall(false)],
  ['blackhole', (proxy) => proxy.blackhole(true), (proxy) => proxy.blackhole(false)],
];

/** The line of clients to a node (`front`), or of a node to Redis (`back`); of all nodes, if need be. */
function hitLine(side: 'front' | 'back', isAll = false): Deed {
  return async ({ cluster: { nodes }, random, record }) => {
    const [name, begin, end] = random.pick(LINE_FAULTS);
    const hit = isAll ? nodes : [random.pick(nodes)];
    const line = side === 'front' ? 'node' : isAll ? 'redis' : 'node-redis';
    record({ kind: 'fault', fault: `${line}-${name}` });
    for (const node of hit) begin(node[side]);
    const endAll = () => {
      for (const node of hit) end?.(node[side]);
    };
    if (end) setTimeout(endAll, random.between(...HIT_MS));
  };
}

function replaceNode(signal: 'SIGKILL' | 'SIGTERM'): Deed {
  return async ({ cluster: { nodes }, random, record }) => {
    record({ kind: 'fault', fault: signal === 'SIGKILL' ? 'node-kill -9' : 'node-restart' });
    await random.pick(nodes).replace(signal, random.between(...DOWN_MS));
  };
}

const freezeNode: Deed = async ({ cluster: { nodes }, random, record }) => {
  const server = random.pick(nodes).current;
  record({ kind: 'fault', fault: 'node-freeze' });
  server?.freeze();
  await sleep(random.between(...FREEZE_MS));
  server?.thaw();
};

const freezeRedis: Deed = async ({ cluster: { redis }, random, record }) => {
  record({ kind: 'fault', fault: 'redis-freeze' });
  redis.freeze();
  await sleep(random.between(...FREEZE_MS));
  redis.thaw();
};

/** Nodes are deaf for a moment, and can write all the while. */
const deafen: Deed = async ({ cluster: { redis }, record }) => {
  record({ kind: 'fault', fault: 'redis-deaf' });
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
};

/** Redis dies. With `appendfsync always` nothing may be missing, and no epoch may change; with less its files
 *  lose what was written last, or nothing, and every epoch changes. */
const killRedis: Deed = async (options) => {
  const { cluster, random, record } = options;
  const { redis } = cluster;
  const [was, next] = [redis.fsync, random.pick(['always', 'everysec'] as const)];
  const keepsAll = was === 'always' && next === 'always';
  if (keepsAll) record({ kind: 'fault', fault: 'redis-kill -9' });
  await cluster.withoutRedis(async () => {
    await redis.kill();
    if (!keepsAll && was === 'everysec') redis.tear(random.between(0, MOST_TORN));
    await sleep(random.between(...DOWN_MS));
    await redis.start(next);
    if (keepsAll) return;
    const damages = await leftOf(options);
    record({ kind: 'fault', fault: 'redis-loss', damages, forgets: true });
  });
};

const flush: Deed = async ({ cluster: { redis }, record, rooms }) => {
  const damages = Object.fromEntries(rooms.map((room) => [room, 0]));
  record({ kind: 'fault', fault: 'redis-flushall', damages, forgets: true });
  await redis.command('FLUSHALL');
};

/** By room: its newest offset. */
async function leftOf({ cluster, rooms, kind }: ClusterDeedsOptions) {
  const left: Record<string, number> = {};
  for (const room of rooms) {
    const meta = `trpc-rooms:{${encodeURIComponent(kind)}/${encodeURIComponent(room)}}:meta`;
    left[room] = Number((await cluster.redis.command('HGET', meta, 'o')) ?? 0);
  }
  return left;
}

const DEEDS: readonly Deed[] = [
  hitLine('front'),
  hitLine('front'),
  hitLine('back'),
  hitLine('back'),
  hitLine('back'),
  hitLine('back', true),
  hitLine('back', true),
  replaceNode('SIGKILL'),
  replaceNode('SIGKILL'),
  replaceNode('SIGTERM'),
  freezeNode,
  freezeRedis,
  deafen,
  killRedis,
  killRedis,
  flush,
];
