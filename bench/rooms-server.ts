import { createServer } from '../server/create-server.ts';
import type { ServerOptions, SubjectServer } from './subject-server.ts';

/** The ready server as `npm start` makes it, on a free port. `dir` null: its log is in memory. */
export function startRooms({
  dir,
  secret,
}: Omit<ServerOptions, 'dir'> & { dir: string | null }): Promise<SubjectServer> {
  return createServer({
    port: 0,
    host: '127.0.0.1',
    dataDir: dir,
    logLevel: 'warn',
    auth: { mode: 'secret', secret, guests: false },
    claims: { issuer: undefined, audience: undefined },
    allowedOrigins: [],
    limits: 'on',
  });
}
