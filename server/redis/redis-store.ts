import { DAY, type Retention } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import { createRedisBus, NOTICE_KIND } from '../bus/redis-bus.ts';
import { VALUE_SCRIPTS } from '../bus/redis-values.ts';
import type { Clock } from '../clock.ts';
import { LOG_SCRIPTS } from '../log/redis/log-scripts.ts';
import { RedisLog } from '../log/redis/redis-log.ts';
import type { RoomLog } from '../log/room-log.ts';
import type { PresenceOptions } from '../presence/holds.ts';
import type { Presence } from '../presence/presence.ts';
import { PRESENCE_SCRIPTS } from '../presence/redis/presence-scripts.ts';
import { RedisPresence } from '../presence/redis/redis-presence.ts';
import type { Records } from '../records/records.ts';
import { createRedisRecords, RECORD_SCRIPTS } from '../records/redis-records.ts';
import { RedisLink } from './redis-link.ts';
import { RedisPubSub } from './redis-pubsub.ts';
import { startFailure } from './start-failure.ts';

/** What is kept in Redis, and what links the nodes that share it. */
export interface RedisStore {
  /** Closing it closes the connections: last of all. */
  readonly log: RoomLog;
  readonly records: Records;
  readonly bus: Bus;
  readonly presence: Presence;
}

export interface RedisStoreOptions {
  /** `redis://user:password@host:port/database`; `rediss://` for TLS. */
  readonly url: string;
  /** By room kind. */
  readonly retention: Readonly<Record<string, Retention>>;
  readonly clock: Clock;
  /** Hears of what cannot be read, in words for the operator. */
  readonly onDamage: (description: string) => void;
  /** Hears when Redis cannot be used (with the reason) and when it can be again (undefined). */
  readonly onTrouble: (reason: string | undefined) => void;
  /** Hears, likewise, when nothing can be heard of other nodes but by looking. */
  readonly onDeaf?: (reason: string | undefined) => void;
  /** Hears when Redis begins to keep less of what it acknowledges. */
  readonly onLessKept?: () => void;
  /** Hears of a follower that threw. */
  readonly onError: (error: unknown) => void;
  /** How presence is kept, where it differs from the defaults. */
  readonly presence?: PresenceOptions | undefined;
  /** How often the heads of followed rooms are looked at, in milliseconds. Default 2,000. */
  readonly checkEveryMs?: number;
}

/** Opens the store of a node: one connection for commands, one that listens.
 *  @throws StartError when Redis cannot be reached, refuses us, or would lose what it is given */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { url, clock, onTrouble, onLessKept } = options;
  const scripts = [...LOG_SCRIPTS, ...RECORD_SCRIPTS, ...PRESENCE_SCRIPTS, ...VALUE_SCRIPTS];
  const link = await RedisLink.open({ url, clock, scripts, onTrouble, onLessKept });
  const pubsub = new RedisPubSub({ url, clock, onTrouble: options.onDeaf ?? (() => {}) });
  try {
    await pubsub.open();
  } catch (error) {
    pubsub.close();
    await link.close();
    throw startFailure(url, error);
  }
  const retention = { ...options.retention, [NOTICE_KIND]: { maxEvents: 10_000, maxAgeMs: DAY } };
  const log = new RedisLog({ ...options, retention, link, pubsub });
  const records = createRedisRecords(link);
  const bus = createRedisBus({ link, pubsub, log, clock, onError: options.onError });
  const { onError } = options;
  const presence = new RedisPresence({ ...options.presence, link, pubsub, clock, onError });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await presence.close();
    await log.close();
    await records.close();
    pubsub.close();
    await link.close();
  };
  return { log: withClose(log, () => (closing ??= close())), records, bus, presence };
}

/** The log, which takes the connections with it when it closes. */
function withClose(log: RedisLog, close: () => Promise<void>): RoomLog {
  return {
    level: log.level,
    append: (entry) => log.append(entry),
    read: (room, range) => log.read(room, range),
    bounds: (room) => log.bounds(room),
    changes: (room, range) => log.changes(room, range),
    count: (room, range) => log.count(room, range),
    follow: (room, follower) => log.follow(room, follower),
    witness: (kind, witness) => log.witness(kind, witness),
    erase: (room, offset) => log.erase(room, offset),
    trim: (now) => log.trim(now),
    keyWindowMs: () => log.keyWindowMs(),
    failure: () => log.failure(),
    close,
  };
}
