import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { HOUR, type Contract } from '../../shared/index.ts';
import { signToken } from '../../server/auth/tokens.ts';
import type { Config } from '../../server/config.ts';
import { createServer, type Server, type ServerOptions } from '../../server/create-server.ts';
import { createLogger } from '../../server/logger.ts';
import { serving } from '../recorder/serving.ts';

/** The server as an operator configures it, on a free port. It closes with the test. */
export interface ReadyServer {
  readonly url: string;
  readonly socketUrl: string;
  readonly rooms: Server<Contract>['rooms'];
  /** A token of an hour for a user. */
  token(id: string): Promise<string>;
}

/** Starts it. By default its log is in memory. */
export async function readyServer(
  config: Partial<Config> = {},
  options: Partial<ServerOptions<Contract>> = {},
): Promise<ReadyServer> {
  serving(options.rooms);
  const secret = randomBytes(32).toString('hex');
  const { url, rooms, close } = await createServer(
    {
      port: 0,
      host: '127.0.0.1',
      dataDir: null,
      logLevel: 'error',
      auth: { mode: 'secret', secret, guests: true },
      claims: { issuer: undefined, audience: undefined },
      allowedOrigins: [],
      limits: 'on',
      ...config,
    },
    { logger: createLogger('error'), ...options },
  );
  onTestFinished(() => close({ drainMs: 0 }));
  const now = options.clock?.now ?? Date.now;
  return {
    url,
    rooms,
    socketUrl: `${url.replace(/^http/, 'ws')}/trpc`,
    token: (id) => signToken(secret, { id, name: id, expiresAt: now() + HOUR }),
  };
}
