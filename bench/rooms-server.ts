import { createServer } from '../server/create-server.ts';
import { chat, type Contract } from '../shared/index.ts';
import type { ServerOptions, SubjectServer } from './subject-server.ts';

// Few connections publish for many here: their rates are measured as ever, and never too high.
const rate = { perSecond: 1_000_000, burst: 1_000_000 };
const publishing = { connection: rate, user: rate, room: rate };

/** The ready server as `npm start` makes it, on a free port. `dir` null: its log is in memory.
 *  `rooms`: by default those that it carries. */
export function startRooms({
  dir,
  secret,
  redisUrl,
  rooms = { chat },
}: Omit<ServerOptions, 'dir'> & { dir: string | null; rooms?: Contract }): Promise<SubjectServer> {
  const config = {
    port: 0,
    host: '127.0.0.1',
    dataDir: dir,
    redisUrl,
    logLevel: 'warn',
    auth: { mode: 'secret', secret, guests: false },
    claims: { issuer: undefined, audience: undefined },
    allowedOrigins: [],
    limits: 'on',
  } as const;
  return createServer(config, { publishing, rooms });
}
