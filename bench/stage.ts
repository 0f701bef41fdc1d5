import { randomBytes } from 'node:crypto';
import { onHalves } from './cores.ts';
import { Remote, type Calls } from './remote.ts';
import type { ServerCalls } from './server-process.ts';
import { shippedFlags } from './shipped-flags.ts';
import type { servers } from './subject-server.ts';
import { withTempDir } from './temp-dir.ts';

/** Which server, and which clients. */
export interface StageOptions {
  readonly name: keyof typeof servers;
  /** Where a data directory is made. */
  readonly dir: string;
  /** The module of the clients' process. */
  readonly clients: URL;
  /** The server process's own. */
  readonly flags?: readonly string[];
}

/** The two processes of a run. */
export interface Stage<C extends Calls> {
  readonly server: Remote<ServerCalls>;
  readonly clients: Remote<C>;
  readonly url: string;
  /** What the clients' tokens are to be signed with. */
  readonly secret: string;
}

const OURS: readonly string[] = ['rooms', 'rooms-memory', 'rooms-redis', 'big-room'];
const SERVER = new URL('server-process.ts', import.meta.url);

/** Server and clients for as long as `use` runs, in a process each, so that two cores are used and
 *  neither measures the other. */
export function withStage<C extends Calls, T>(
  { name, dir: base, clients: module, flags = [] }: StageOptions,
  use: (stage: Stage<C>) => Promise<T>,
): Promise<T> {
  return withTempDir(base, async (dir) => {
    const own = OURS.includes(name) ? shippedFlags() : [];
    const by = onHalves();
    const server = Remote.fork<ServerCalls>(SERVER, [...own, ...flags], by.server);
    const clients = Remote.fork<C>(module, [], by.clients);
    try {
      const secret = randomBytes(32).toString('base64url');
      const url = await server.call('open', { name, dir, secret });
      const result = await use({ server, clients, url, secret });
      await clients.end();
      await server.call('close');
      return result;
    } finally {
      await Promise.all([clients.end(), server.end()]);
    }
  });
}
