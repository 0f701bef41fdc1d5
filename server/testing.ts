import { randomBytes } from 'node:crypto';
import { HOUR, type chat, type Contract } from '../shared/index.ts';
import { signToken } from './auth/tokens.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createServer, type ServerOptions, type Server } from './create-server.ts';
import { createLogger } from './logger.ts';
import type { NoProcedures, OwnProcedures } from './router/own-procedures.ts';

/** A server for tests: real sockets, on a free port of this machine. */
export interface TestServer<
  R extends Contract = { chat: typeof chat },
  Own extends OwnProcedures = NoProcedures,
> extends Server<R, Own> {
  /** `ws://…/trpc`, for clients. */
  readonly socketUrl: string;
  /** What its tokens are signed with: a restarted server with the same one knows them again. */
  readonly secret: string;
  /** A token for a user, whose `sub` is the id. `name` defaults to the id, `lifeMs` to one hour. `claims`: what it
   *  says beside, for `userOf`. */
  token(
    id: string,
    options?: { name?: string; lifeMs?: number; claims?: Readonly<Record<string, unknown>> },
  ): Promise<string>;
}

/** Starts a server for a test of your contract. Without `dataDir` nothing touches the disk. Errors
 *  are logged; nothing else is. */
export async function startTestServer<
  const R extends Contract = { chat: typeof chat },
  Own extends OwnProcedures = NoProcedures,
>(
  options: Partial<ServerOptions<R, Own>> & {
    dataDir?: string | null;
    port?: number;
    secret?: string;
  } = {},
): Promise<TestServer<R, Own>> {
  const { port = 0, dataDir = null, clock = systemClock, ...rest } = options;
  const secret = options.secret ?? randomBytes(32).toString('base64url');
  const config: Config = {
    port,
    host: '127.0.0.1',
    dataDir,
    redisUrl: options.redisUrl,
    logLevel: 'error',
    auth: { mode: 'secret', secret, guests: true },
    claims: { issuer: undefined, audience: undefined },
    allowedOrigins: [],
    limits: 'on',
  };
  const logger = options.logger ?? createLogger('error');
  const server = await createServer<R, Own>(config, { ...rest, clock, logger });
  return {
    ...server,
    secret,
    socketUrl: `${server.url.replace(/^http/, 'ws')}/trpc`,
    token: (id, { name = id, lifeMs = HOUR, claims } = {}) => {
      const issuedAt = clock.now();
      return signToken(secret, { id, name, issuedAt, expiresAt: issuedAt + lifeMs, claims });
    },
  };
}
