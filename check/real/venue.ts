import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signToken } from '../../server/index.ts';
import { DAY } from '../../shared/index.ts';
import type { Cluster } from './cluster.ts';
import type { Target } from './fault-proxy.ts';
import { startServerChild, type ServerChild } from './server-child.ts';

/** A server to be checked, wherever it runs. */
export interface Venue {
  /** Undefined while it is down. */
  readonly target: Target | undefined;
  /** What stands after host and port: `/trpc`. */
  readonly path: string;
  token(user: string): string | Promise<string>;
  /** Who a client is there, given the name that the run has for it. */
  user(name: string): string;
  /** Its process, where it is ours to kill. */
  readonly keeper?: ServerKeeper;
  /** Its processes, where they are several. */
  readonly cluster?: Cluster;
  /** Resident memory of its largest process in bytes, where that can be told. */
  readonly memory?: () => number;
  close(): Promise<void>;
}

/** Keeps a server process: one at a time, all on one data directory. */
export interface ServerKeeper {
  /** Undefined while none runs. */
  readonly current: ServerChild | undefined;
  /** Ends the process, calls `meanwhile`, starts another. Not before the one that is under way is done. */
  replace(signal: 'SIGKILL' | 'SIGTERM', downMs: number, meanwhile?: () => void): Promise<void>;
  readonly dataDir: string;
}

/** Starts a server of our own in a directory that goes with it. */
export async function ownVenue(): Promise<Venue> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trpc-rooms-check-'));
  const secret = randomBytes(32).toString('base64url');
  // Any free port, every time: while a server is down, its old one may become somebody else's.
  const start = () => startServerChild({ dataDir, secret });
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  let current: ServerChild | undefined = await start().catch((error: unknown) => {
    remove();
    throw error;
  });
  let isClosed = false;
  let turn: Promise<void> = Promise.resolve();

  const replace = async (signal: 'SIGKILL' | 'SIGTERM', downMs: number, meanwhile = () => {}) => {
    const ending = current;
    current = undefined;
    await ending?.end(signal);
    meanwhile();
    await new Promise((resolve) => setTimeout(resolve, downMs));
    if (!isClosed) current = await start();
  };
  return {
    get target() {
      return current && { host: '127.0.0.1', port: current.port, isSecure: false };
    },
    path: '/trpc',
    user: (name) => name,
    token: (user) => signToken(secret, { id: user, name: user, expiresAt: Date.now() + DAY }),
    memory: () => current?.memory() ?? 0,
    keeper: {
      dataDir,
      get current() {
        return current;
      },
      replace: (...how) => (turn = turn.then(() => replace(...how))),
    },
    close: async () => {
      isClosed = true;
      // What failed to start is told to whom it was started for.
      await turn.catch(() => {});
      await current?.end('SIGKILL');
      remove();
    },
  };
}

/** A server that somebody else runs: its network can be broken, its process cannot. `url`: ws or wss.
 *  @throws Error when the token is no JWT with a `sub`: nobody could tell whose events are right */
export function foreignVenue(url: string, token: string): Venue {
  const user = subjectOf(token);
  const { protocol, hostname, port, pathname, search } = new URL(url);
  const isSecure = protocol === 'wss:' || protocol === 'https:';
  const target = { host: hostname, port: Number(port || (isSecure ? 443 : 80)), isSecure };
  return {
    target,
    path: `${pathname}${search}`,
    user: () => user,
    token: () => token,
    close: async () => {},
  };
}

function subjectOf(token: string): string {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    const claims: unknown = JSON.parse(payload);
    if (typeof claims === 'object' && claims && 'sub' in claims) return String(claims.sub);
  } catch {
    // Said below.
  }
  throw new Error('the token is no JWT that says who it is for');
}
