import { randomBytes } from 'node:crypto';
import type { TRPCError } from '@trpc/server';
import { chat, MINUTE, withMe, type Contract } from '../shared/index.ts';
import { openToAll, type Authorize } from './auth/authorize.ts';
import { developmentSecret } from './auth/development-secret.ts';
import { createGuests } from './auth/guests.ts';
import { keySetVerifier, secretVerifier } from './auth/tokens.ts';
import { createMemoryBus } from './bus/memory-bus.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Config } from './config.ts';
import { createHttpServer } from './http/http-server.ts';
import { mayReadMetrics } from './http/metrics-guard.ts';
import { createRoutes } from './http/routes.ts';
import { createMemoryLog } from './log/memory-log.ts';
import { newName } from './log/new-name.ts';
import type { RoomLog } from './log/room-log.ts';
import { createSqliteStore } from './log/sqlite/sqlite-log.ts';
import { createLogger, type Logger } from './logger.ts';
import { countOne, createCounts, type Counts } from './metrics/counts.ts';
import type { Commit } from './metrics/metrics.ts';
import { createPrometheusMetrics } from './metrics/prometheus-metrics.ts';
import { createMemoryPresence, type PresenceOptions } from './presence/memory-presence.ts';
import { createMemoryRecords } from './records/memory-records.ts';
import type { Records } from './records/records.ts';
import type { RedisStore } from './redis/redis-store.ts';
import { checkKeys, mountRooms, type Rooms } from './mount-rooms.ts';
import { errorCodeOf, faultId } from './router/error-shape.ts';
import { defaultPublishLimits, type PublishLimits } from './rooms/publish-limits.ts';
import { createRouter } from './router/trpc.ts';
import { createTally, type Tally } from './tally.ts';
import { createDoor } from './transport/door.ts';
import { createHttpTransport } from './transport/http.ts';
import { createSocketTransport } from './transport/websocket.ts';
import { jsonEncoder, type Encoder } from './transport/ws/encoder.ts';
import { defaultLimits, roomsLimits, type SocketLimits } from './transport/ws/options.ts';

/** What rooms are created from, in a server of one's own. */
export interface RoomsOptions<R extends Contract> {
  /** The room kinds by name; each key is its kind's name. */
  readonly rooms: R;
  /** Where the log is kept; created when missing. `null`: in memory only. Default `./data`. */
  readonly dataDir?: string | null;
  /** `redis://` or `rediss://`: events, records and what is live are kept and passed on there instead, for many
   *  nodes. Presence and latest values stay with each node. */
  readonly redisUrl?: string | undefined;
  /** Who may do what (AUT1). Default: every user may use every room. */
  readonly authorize?: Authorize;
  /** How long removed content may still stand in free parts of files, in milliseconds (LOG5). Default 60,000.
   *  The database is written anew each time, and appends wait for that. */
  readonly scrubWithinMs?: number;
  /** How fast clients may publish, where it differs from the defaults; `off`: as fast as they can. */
  readonly publishing?: Partial<PublishLimits> | 'off';
  /** How presence is kept, where it differs from the defaults. */
  readonly presence?: PresenceOptions;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** What a ready server is created from, beside its configuration. */
export interface ServerOptions<R extends Contract> extends Omit<RoomsOptions<R>, 'dataDir'> {
  /** Limits of a connection, where they differ from those of the rooms server. */
  readonly limits?: Partial<SocketLimits>;
  /** How messages become what the WebSocket carries; clients need its counterpart. Default: JSON. */
  readonly encoder?: Encoder;
}

/** Creates rooms to mount into any tRPC app: `router({ ...rooms.routers, yours })`. Its context must
 *  carry `user` and `connectionId` (`RoomsContext`). @throws StartError */
export function createRooms<const R extends Contract>(options: RoomsOptions<R>): Promise<Rooms<R>> {
  return openRooms(options, { tally: createTally(), onCommit: () => {} });
}

async function openRooms<R extends Contract>(
  options: RoomsOptions<R>,
  { tally, onCommit }: { tally: Tally; onCommit: (commit: Commit) => void },
): Promise<Rooms<R>> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger('info');
  const { dataDir = './data', redisUrl, publishing } = options;
  checkKeys(options.rooms);
  const { scrubWithinMs } = options;
  const contract = withMe(options.rooms);
  const store =
    redisUrl === undefined
      ? {
          ...(await openStore(contract, { dataDir, logger, onCommit, clock, scrubWithinMs })),
          bus: createMemoryBus(),
        }
      : await openRedis(contract, { url: redisUrl, clock, logger });
  return mountRooms({
    contract: options.rooms,
    ...store,
    presence: createMemoryPresence({ ...options.presence, clock }),
    clock,
    tally,
    nodeTag: randomBytes(4).toString('hex'),
    newId: newName,
    authorize: options.authorize ?? openToAll,
    publishing: publishing === 'off' ? null : { ...defaultPublishLimits, ...publishing },
    trimEveryMs: MINUTE,
    onError: (error) => logger.error({ err: error }, 'work in the background failed'),
  });
}

/** A running server. */
export interface Server {
  /** Where it listens: `http://host:port`. */
  readonly url: string;
  /** Answers what is running, tells clients to come back (1012), then closes. Safe to call twice. */
  close(): Promise<void>;
}

// Within the 5 s that a restart may take: what is left after these is cut.
const GRACE_MS = 2_000;

/** Starts the ready server. By default it carries `chat`. This is the one place that names the
 *  implementations: to know what a server is made of, read on. @throws StartError */
export async function createServer<const R extends Contract = { chat: typeof chat }>(
  config: Config,
  options: Partial<ServerOptions<R>> = {},
): Promise<Server> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger(config.logLevel);
  const contract: Contract = options.rooms ?? { chat };
  const { verify, guests } = createAuth(config, clock);
  const counts = createCounts();
  const tally = createTally();
  const metrics = createPrometheusMetrics({
    tally,
    counts,
    connections: () => sockets.connections,
    bytesReceived: () => sockets.bytesReceived,
  });
  const { dataDir, redisUrl } = config;
  const unlimited = config.limits === 'off' ? { publishing: 'off' as const } : {};
  const rooms = await openRooms(
    { ...options, ...unlimited, rooms: contract, dataDir, redisUrl, clock, logger },
    { tally, onCommit: metrics.onCommit },
  );
  const router = createRouter(rooms.routers);

  const parts = { router, verify, clock, newId: newName, onError: reportTo(logger, counts) };
  const limits = config.limits === 'off' ? defaultLimits : { ...roomsLimits, ...options.limits };
  const sockets = createSocketTransport({
    ...parts,
    limits,
    counts,
    tally,
    encoder: options.encoder ?? jsonEncoder,
  });
  const { isTrusted, isWelcome, admit } = createDoor({
    ranges: config.trustedProxies,
    limits,
    logger,
  });
  const trpc = createHttpTransport(parts);
  let closing: Promise<void> | undefined;
  const notReady = () => (closing ? 'restarting' : rooms.failure());
  const http = createHttpServer({
    route: createRoutes({
      trpc,
      notReady,
      guests,
      metrics,
      mayReadMetrics: (req) => mayReadMetrics(req, { token: config.metricsToken, isTrusted }),
      logger,
    }),
    upgrade: sockets.upgrade,
    isWelcome,
    admit,
    onUpgradeRefused: (status) => countOne(counts.upgradesRefused, status),
    allowedOrigins: config.allowedOrigins,
    isLocalOnly: config.auth.mode === 'development',
    clock,
    logger,
  });

  const close = async () => {
    http.refuse();
    await rooms.drain();
    // Acks are on their way when their promises have settled: let them out before the close frames.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([sockets.close(1012, 'restarting', GRACE_MS), http.close(GRACE_MS)]);
    await rooms.close();
    metrics.close();
  };

  try {
    const url = await http.listen(config.port, config.host);
    return { url, close: () => (closing ??= close()) };
  } catch (error) {
    await rooms.close();
    throw error;
  }
}

function createAuth({ auth, claims, dataDir }: Config, clock: Clock) {
  if (auth.mode === 'keys') {
    return { verify: keySetVerifier(auth.url, clock.now, claims), guests: undefined };
  }
  const isOpen = auth.mode === 'development';
  const secret = isOpen ? developmentSecret(dataDir) : auth.secret;
  const verify = secretVerifier(secret, clock.now, claims);
  const guests = isOpen || auth.guests;
  return {
    verify,
    guests: guests ? createGuests({ secret, verify, now: clock.now, claims }) : undefined,
  };
}

async function openStore(
  contract: Contract,
  options: {
    dataDir: string | null;
    logger: Logger;
    onCommit: (commit: Commit) => void;
    clock: Clock;
    scrubWithinMs: number | undefined;
  },
): Promise<{ log: RoomLog; records: Records }> {
  const { dataDir, logger, onCommit, clock, scrubWithinMs } = options;
  const retention = Object.fromEntries(
    Object.entries(contract).map(([name, kind]) => [name, kind.history]),
  );
  const onError = (error: unknown) =>
    logger.error({ err: error }, 'a follower of the log failed, or scrubbing');
  if (dataDir === null) {
    const keepAll = { maxEvents: Number.MAX_SAFE_INTEGER, maxAgeMs: Number.MAX_SAFE_INTEGER };
    const log = createMemoryLog({
      epoch: newName(),
      retention: (kind) => retention[kind] ?? keepAll,
      onError,
    });
    return { log, records: createMemoryRecords() };
  }
  const onDamage = (description: string) => {
    logger.error({ dataDir }, `${description}; a new epoch begins and clients are told of the gap`);
  };
  const onTrouble = (reason: string | undefined) => {
    if (reason === undefined) logger.info('the log can be written again');
    else logger.error({ reason }, 'the log cannot be written: publishes are refused until it can');
  };
  const hear = { onDamage, onTrouble, onCommit, onError };
  const scrub = scrubWithinMs === undefined ? {} : { scrubWithinMs };
  return createSqliteStore({ dir: dataDir, retention, clock, ...scrub, ...hear });
}

async function openRedis(
  contract: Contract,
  { url, clock, logger }: { url: string; clock: Clock; logger: Logger },
): Promise<RedisStore> {
  // Whoever has no Redis need not load a client for it.
  const { createRedisStore } = await import('./redis/redis-store.ts');
  const retention = Object.fromEntries(
    Object.entries(contract).map(([name, kind]) => [name, kind.history]),
  );
  return createRedisStore({
    url,
    retention,
    clock,
    onDamage: (description) => logger.error(description),
    onTrouble: (reason) => {
      if (reason === undefined) logger.info('Redis can be used again');
      else logger.error({ reason }, 'Redis cannot be used: publishes are refused until it can');
    },
    onDeaf: (reason) => {
      if (reason === undefined) logger.info('Redis can be listened to again');
      else logger.warn({ reason }, 'Redis cannot be listened to: events come late until it can');
    },
    onError: (error) => logger.error({ err: error }, 'a follower of the log failed'),
  });
}

/** Faults of ours go to the log with the id that the client was given; the rest is the caller's. */
function reportTo(logger: Logger, counts: Counts) {
  return ({ error, path }: { error: TRPCError; path: string | undefined }) => {
    if (isProtocolError(error.cause)) {
      logger.debug({ err: error.cause }, 'a client broke the WebSocket protocol');
      return;
    }
    const code = errorCodeOf(error);
    countOne(counts.callsRefused, code);
    if (code !== 'INTERNAL') return;
    logger.error({ err: error.cause ?? error, path, fault: faultId(error) }, 'a call failed');
  };
}

/** ws names what it refuses; it has closed the connection with the right code by then. */
function isProtocolError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('WS_ERR_');
}
