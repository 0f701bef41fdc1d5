import { randomBytes } from 'node:crypto';
import { signToken } from '../server/auth/tokens.ts';
import { HOUR } from '../shared/index.ts';
import type { AudienceCalls } from './audience-process.ts';
import type { protocols } from './protocols.ts';
import { Remote } from './remote.ts';
import type { ServerCalls } from './server-process.ts';
import { shippedFlags } from './shipped-flags.ts';
import { withTempDir } from './temp-dir.ts';

/** Who is there, and where. */
export interface Crowd {
  readonly name: keyof typeof protocols;
  /** Where a data directory is made. */
  readonly dir: string;
  readonly rooms: number;
  readonly followers: number;
  readonly publishers: number;
}

/** The two processes of a run. */
export interface Stage {
  readonly server: Remote<ServerCalls>;
  readonly clients: Remote<AudienceCalls>;
  /** Lets the clients in: everybody follows when it resolves. */
  connect(): Promise<void>;
}

/** Server and clients for as long as `use` runs, in a process each, so that two cores are used and
 *  neither measures the other. `flags`: the server process's own. */
export function withAudience<T>(
  { name, dir: base, rooms, followers, publishers }: Crowd,
  use: (stage: Stage) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  return withTempDir(base, async (dir) => {
    const own = name === 'rooms' ? shippedFlags() : [];
    const module = new URL('server-process.ts', import.meta.url);
    const server = Remote.fork<ServerCalls>(module, [...own, ...flags]);
    const clients = Remote.fork<AudienceCalls>(new URL('audience-process.ts', import.meta.url));
    try {
      const secret = randomBytes(32).toString('base64url');
      const url = await server.call('open', { name, dir, secret });
      const connect = async () => {
        const tokens = await signTokens(secret, publishers + followers);
        await clients.call('connect', { name, url, rooms, tokens, publishers });
      };
      const result = await use({ server, clients, connect });
      await clients.call('close');
      await server.call('close');
      return result;
    } finally {
      await Promise.all([clients.end(), server.end()]);
    }
  });
}

/** A token each for so many users. */
export function signTokens(secret: string, count: number): Promise<string[]> {
  const expiresAt = Date.now() + HOUR;
  const users = Array.from({ length: count }, (_, no) => ({
    id: `user-${no}`,
    name: `User ${no}`,
    expiresAt,
  }));
  return Promise.all(users.map((user) => signToken(secret, user)));
}
