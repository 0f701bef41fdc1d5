import type { AudienceCalls } from './audience-process.ts';
import type { protocols } from './protocols.ts';
import type { Remote } from './remote.ts';
import type { ServerCalls } from './server-process.ts';
import { withStage } from './stage.ts';
import { signTokens } from './tokens.ts';

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
export interface Hall {
  readonly server: Remote<ServerCalls>;
  readonly clients: Remote<AudienceCalls>;
  /** Lets the clients in: everybody follows when it resolves. */
  connect(): Promise<void>;
}

const MODULE = new URL('audience-process.ts', import.meta.url);

/** Server and audience for as long as `use` runs. `flags`: the server process's own. */
export function withAudience<T>(
  { name, dir, rooms, followers, publishers }: Crowd,
  use: (hall: Hall) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  return withStage<AudienceCalls, T>({ name, dir, flags, clients: MODULE }, async (stage) => {
    const { server, clients, url, secret } = stage;
    const connect = async () => {
      const tokens = await signTokens(secret, publishers + followers);
      await clients.call('connect', { name, url, rooms, tokens, publishers });
    };
    const result = await use({ server, clients, connect });
    await clients.call('close');
    return result;
  });
}
