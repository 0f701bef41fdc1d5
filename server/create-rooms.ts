import { randomBytes } from 'node:crypto';
import { checkKeys } from '../shared/check-keys.ts';
import { MINUTE, withMe, type Contract, type Retention } from '../shared/index.ts';
import { openToAll, type Authorize } from './auth/authorize.ts';
import { anyPolicy, type AuthorizeFor } from './auth/question.ts';
import type { Bus } from './bus/bus.ts';
import { createMemoryBus } from './bus/memory-bus.ts';
import { systemClock, type Clock } from './clock.ts';
import { createMemoryLog } from './log/memory-log.ts';
import { newName } from './log/new-name.ts';
import type { RoomLog } from './log/room-log.ts';
import { createSqliteStore } from './log/sqlite/sqlite-log.ts';
import { createLogger, type Logger } from './logger.ts';
import type { Commit } from './metrics/metrics.ts';
import { mountRooms } from './mount-rooms.ts';
import type { PresenceOptions } from './presence/holds.ts';
import { keptSeatsIn } from './presence/kept-seats.ts';
import { createMemoryPresence } from './presence/memory-presence.ts';
import type { Presence } from './presence/presence.ts';
import { createMemoryRecords } from './records/memory-records.ts';
import type { Records } from './records/records.ts';
import { defaultPublishLimits, type PublishLimits } from './rooms/publish-limits.ts';
import type { Rooms } from './server-rooms.ts';
import { StartError } from './start-error.ts';
import { createTally, type Tally } from './tally.ts';

/** What rooms are created from, in a server of one's own. */
export interface RoomsOptions<R extends Contract> {
  /** The room kinds by name; each key is its kind's name. */
  readonly rooms: R;
  /** Where the log is kept; created when missing. `null`: in memory only. Default `./data`. */
  readonly dataDir?: string | null;
  /** `redis://` or `rediss://`: events, records, who is there and what is live are kept and passed on there
   *  instead, for many nodes. */
  readonly redisUrl?: string | undefined;
  /** Who may do what (AUT1). Default: every user may use every room. */
  readonly authorize?: AuthorizeFor<NoInfer<R>>;
  /** How long removed content may still stand in free parts of files, in milliseconds (LOG5). Default 60,000.
   *  Appends wait while files are scrubbed: about 2 ms per MiB of the database. */
  readonly scrubWithinMs?: number;
  /** How fast clients may publish, where it differs from the defaults; `off`: as fast as they can. */
  readonly publishing?: Partial<PublishLimits> | 'off';
  /** How presence is kept, where it differs from the defaults. */
  readonly presence?: PresenceOptions;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Creates rooms to mount into any tRPC app: `router({ ...rooms.routers, yours })`. Its context must carry `user`
 *  and `connectionId` (`RoomsContext`); it is created with superjson as its transformer and with `formatError`.
 *  @throws StartError */
export function createRooms<const R extends Contract>(options: RoomsOptions<R>): Promise<Rooms<R>> {
  const authorize = anyPolicy<R>(options.authorize);
  return openRooms({ ...options, authorize }, { tally: createTally(), onCommit: () => {} });
}

/** Creates rooms whose figures somebody reads. This is the one place that names the forms of log, records, bus
 *  and presence: to know what rooms are made of, read on. @throws StartError */
export async function openRooms<R extends Contract>(
  options: Omit<RoomsOptions<R>, 'authorize'> & { readonly authorize?: Authorize | undefined },
  { tally, onCommit }: { tally: Tally; onCommit: (commit: Commit) => void },
): Promise<Rooms<R>> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger('info');
  const { dataDir = './data', redisUrl, scrubWithinMs, publishing } = options;
  const contract = wholeContract(options.rooms);
  const store = await openStore({
    retention: retentionOf(contract),
    dataDir,
    redisUrl,
    scrubWithinMs,
    presence: options.presence,
    clock,
    logger,
    onCommit,
  });
  return mountRooms({
    contract: options.rooms,
    ...store,
    clock,
    tally,
    nodeTag: randomBytes(4).toString('hex'),
    newId: newName,
    authorize: options.authorize ?? openToAll,
    publishing: publishing === 'off' ? null : { ...defaultPublishLimits, ...publishing },
    trimEveryMs: MINUTE,
    onClockLeap: (ms) => sayLeap(logger, ms),
    onError: (error) => logger.error({ err: error }, 'work in the background failed'),
  });
}

/** The contract with its private streams in it. @throws StartError */
function wholeContract(contract: Contract): Contract {
  advised('Give each kind its own name as key.', () => checkKeys(contract));
  return advised('Make `me` with `defineMe`, or leave it out.', () => withMe(contract));
}

/** What is wrong with a contract, with what to do about it. */
function advised<T>(advice: string, check: () => T): T {
  try {
    return check();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(message, { advice, cause });
  }
}

function sayLeap(logger: Logger, aheadMs: number | undefined): void {
  if (aheadMs === undefined) logger.info('the clock is believed again');
  else {
    const what = 'the clock has leapt ahead: nothing is dropped by age until it is back';
    logger.error({ aheadMs }, `${what}, or has gone on for an hour, or the server is restarted`);
  }
}

function retentionOf(contract: Contract): Readonly<Record<string, Retention>> {
  return Object.fromEntries(Object.entries(contract).map(([name, kind]) => [name, kind.history]));
}

/** What rooms stand on. */
interface Store {
  readonly log: RoomLog;
  readonly records: Records;
  readonly bus: Bus;
  readonly presence: Presence;
}

interface StoreOptions {
  readonly retention: Readonly<Record<string, Retention>>;
  readonly dataDir: string | null;
  readonly redisUrl: string | undefined;
  readonly scrubWithinMs: number | undefined;
  readonly presence: PresenceOptions | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onCommit: (commit: Commit) => void;
}

async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir, redisUrl } = options;
  if (redisUrl !== undefined) return openRedis(redisUrl, options);
  const { log, records } =
    dataDir === null ? openMemory(options) : await openSqlite(dataDir, options);
  // Not before the directory is ours.
  const onError = (error: unknown) => options.logger.warn({ err: error }, 'seats were not kept');
  const kept = dataDir === null ? {} : { kept: keptSeatsIn(dataDir, onError) };
  const presence = createMemoryPresence({ ...options.presence, ...kept, clock: options.clock });
  return { log, records, bus: createMemoryBus(), presence };
}

function openMemory({ retention, logger }: StoreOptions): Pick<Store, 'log' | 'records'> {
  const keepAll = { maxEvents: Number.MAX_SAFE_INTEGER, maxAgeMs: Number.MAX_SAFE_INTEGER };
  const log = createMemoryLog({
    epoch: newName(),
    retention: (kind) => retention[kind] ?? keepAll,
    onError: (error) => logger.error({ err: error }, 'a follower of the log failed'),
  });
  return { log, records: createMemoryRecords() };
}

function openSqlite(dir: string, options: StoreOptions): Promise<Pick<Store, 'log' | 'records'>> {
  const { retention, scrubWithinMs, clock, logger, onCommit } = options;
  return createSqliteStore({
    dir,
    retention,
    clock,
    ...(scrubWithinMs === undefined ? {} : { scrubWithinMs }),
    onDamage: (description) =>
      logger.error(
        { dataDir: dir },
        `${description}; a new epoch begins and clients are told of the gap`,
      ),
    onTrouble: (reason) => {
      if (reason === undefined) logger.info('the log can be written again');
      else
        logger.error({ reason }, 'the log cannot be written: publishes are refused until it can');
    },
    onCommit,
    onError: (error) => logger.error({ err: error }, 'a follower of the log failed, or scrubbing'),
  });
}

async function openRedis(url: string, options: StoreOptions): Promise<Store> {
  // Whoever has no Redis need not load a client for it.
  const { retention, presence, clock, logger } = options;
  const { createRedisStore } = await import('./redis/redis-store.ts');
  return createRedisStore({
    url,
    retention,
    presence,
    clock,
    onDamage: (description) => logger.error(description),
    onTrouble: (reason) => {
      if (reason === undefined) logger.info('Redis can be used again');
      else logger.error({ reason }, 'Redis cannot be used: publishes are refused until it can');
    },
    onLessKept: () => {
      logger.warn(
        'Redis no longer syncs what it acknowledges to its disk: rooms that are used have a new epoch after its next restart',
      );
    },
    onDeaf: (reason) => {
      if (reason === undefined) logger.info('Redis can be listened to again');
      else logger.warn({ reason }, 'Redis cannot be listened to: events come late until it can');
    },
    onError: (error) => logger.error({ err: error }, 'what came over Redis could not be taken'),
  });
}
