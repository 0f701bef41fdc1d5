import { chat, type Contract } from '../shared/index.ts';
import type { UserOf } from './auth/claimed-user.ts';
import { createAuth } from './auth/create-auth.ts';
import { anyPolicy } from './auth/question.ts';
import { createServerKeys } from './auth/server-keys.ts';
import { systemClock } from './clock.ts';
import { createClosing, type CloseOptions } from './closing.ts';
import type { Config } from './config.ts';
import { openRooms, type RoomsOptions } from './create-rooms.ts';
import { documentsAt, documentsOf } from './documents/documents.ts';
import { createHttpServer } from './http/http-server.ts';
import { mayReadMetrics } from './http/metrics-guard.ts';
import { pageAt } from './http/page.ts';
import { createRoutes } from './http/routes.ts';
import { newName } from './log/new-name.ts';
import { createLogger } from './logger.ts';
import { countOne, createCounts } from './metrics/counts.ts';
import { createPrometheusMetrics } from './metrics/prometheus-metrics.ts';
import type { Rooms, RoomsInside } from './server-rooms.ts';
import { reportFaults } from './report-faults.ts';
import { createRest } from './rest/rest.ts';
import {
  ownProcedures,
  type NoProcedures,
  type OwnProcedures,
  type ProcedureParts,
} from './router/own-procedures.ts';
import { createRouter } from './router/trpc.ts';
import { createTally } from './tally.ts';
import { createDoor } from './transport/door.ts';
import { createHttpTransport } from './transport/http.ts';
import { createIdentify } from './transport/identify.ts';
import { noServerLimits, serverLimits, type ServerLimits } from './transport/server-limits.ts';
import { UserConnections } from './transport/user-connections.ts';
import { createSocketTransport } from './transport/websocket.ts';
import { jsonEncoder, type Encoder } from './transport/ws/encoder.ts';

/** What a ready server is created from, beside its configuration. */
export interface ServerOptions<
  R extends Contract,
  Own extends OwnProcedures = NoProcedures,
> extends Omit<RoomsOptions<R>, 'dataDir'> {
  /** Makes tRPC procedures of your own, which clients call beside those of rooms, over the same connection and over
   *  HTTP below `/trpc`; not over REST. Called once, before the server listens. A name that is a room kind's, or
   *  `me`, is refused with a StartError. Default: none. */
  readonly procedures?: (parts: ProcedureParts<R>) => Own;
  /** Makes the user of what his token claims, once its signature, algorithm, `exp`, issuer and audience have been
   *  checked: for tokens whose `sub` is no user id (`auth0|123`) or that have no `name`, and for what `authorize` is to
   *  know (`user.claims`). Guests are not asked about. Default: `sub` and `name`. */
  readonly userOf?: UserOf;
  /** Limits, where they differ from those of the rooms server. */
  readonly limits?: Partial<ServerLimits>;
  /** How messages become what the WebSocket carries; clients need its counterpart. Default: JSON. */
  readonly encoder?: Encoder;
}

/** A running server. */
export interface Server<
  R extends Contract = { chat: typeof chat },
  Own extends OwnProcedures = NoProcedures,
> {
  /** Where it listens: `http://host:port`. */
  readonly url: string;
  /** Its rooms, as `createRooms` makes them: `publish`, `notify`, `revoke`, … They close with it. */
  readonly rooms: RoomsInside<R>;
  /** What `procedures` has made: clients are typed by `typeof server.procedures`. */
  readonly procedures: Own;
  /** Asks clients to go to another node, over `drainMs` as the configuration has it; answers what is running; tells
   *  who is left to come back (1012); then closes. Safe to call twice: `close({ drainMs: 0 })` ends the waiting. */
  close(options?: CloseOptions): Promise<void>;
}

/** Starts the ready server. By default it carries `chat`. This puts transports, tokens and HTTP before the rooms
 *  that `create-rooms.ts` makes: to know what a server is made of, read the two. @throws StartError */
export async function createServer<
  const R extends Contract = { chat: typeof chat },
  Own extends OwnProcedures = NoProcedures,
>(config: Config, options: Partial<ServerOptions<R, Own>> = {}): Promise<Server<R, Own>> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger(config.logLevel);
  const contract: Contract = options.rooms ?? { chat };
  const { verify, guests } = createAuth(config, {
    clock,
    logger,
    check: (user) => rooms.signOuts.check(user),
    userOf: options.userOf,
  });
  const counts = createCounts();
  const tally = createTally();
  const metrics = createPrometheusMetrics({
    tally,
    counts,
    connections: () => sockets.connections,
    bytesReceived: () => sockets.bytesReceived,
  });
  const { dataDir, redisUrl } = config;
  const authorize = anyPolicy<R>(options.authorize);
  const unlimited = config.limits === 'off' ? { publishing: 'off' as const } : {};
  const rooms = await openRooms(
    { ...options, ...unlimited, authorize, rooms: contract, dataDir, redisUrl, clock, logger },
    { tally, onCommit: metrics.onCommit },
  );
  // They are of `R`, which is `{ chat }` where no rooms are given.
  const inside = rooms as unknown as Rooms<R>;
  const { procedures, router } = await orClose(rooms, () => {
    const own = ownProcedures(options.procedures, { rooms: inside, contract, clock });
    // The transports do not ask what they carry.
    const all: OwnProcedures = { ...rooms.routers, ...own };
    return { procedures: own, router: createRouter(all) };
  });

  const limits = config.limits === 'off' ? noServerLimits : { ...serverLimits, ...options.limits };
  const connections = new UserConnections(limits.connectionsPerUser);
  rooms.signOuts.follow(connections);
  const identify = createIdentify({ verify, connections, signOuts: rooms.signOuts });
  const onError = reportFaults(logger, counts);
  const parts = { router, identify, clock, newId: newName, onError };
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
  const trpc = createHttpTransport({ ...parts, limits });
  const isServerKey = createServerKeys(config.serverKeys ?? []);
  const rest = createRest({ ...parts, contract, rooms, isServerKey });
  const notReady = () => (closing.isBegun ? 'restarting' : rooms.failure());
  const documentAt = documentsAt(documentsOf(contract));
  const pageFileAt = pageAt(contract);
  const http = createHttpServer({
    route: createRoutes({
      trpc,
      rest,
      assetAt: (path) => documentAt(path) ?? pageFileAt(path),
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

  const closing = createClosing({
    rooms,
    sockets,
    http,
    metrics,
    clock,
    logger,
    drainMs: config.drainMs ?? 0,
  });

  const url = await orClose(rooms, () => http.listen(config.port, config.host));
  return { url, rooms: inside, procedures, close: closing.close };
}

/** Rooms that nobody will serve are closed: they hold their directory. */
async function orClose<T>(
  rooms: { close(): Promise<void> },
  make: () => T | Promise<T>,
): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await rooms.close();
    throw error;
  }
}
