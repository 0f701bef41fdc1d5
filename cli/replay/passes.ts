import { createHash } from 'node:crypto';
import { HOUR } from '../../shared/index.ts';
import { askGuest, type Pass } from '../guest.ts';
import type { ServerUrl } from '../server-url.ts';
import type { Signing } from '../signing.ts';

/** Gives every person of a replay a token of his own. */
export interface Passes {
  /** A pass for somebody new, or with `former` for the same user under another name. */
  issue(name: string, former?: Pass): Promise<Pass>;
}

/** Passes from the server's own desk. */
export function guestPasses(server: ServerUrl): Passes {
  return { issue: (name, former) => askGuest(server, name, former?.token) };
}

const LIFE_MS = 24 * HOUR;
const READABLE = /^[A-Za-z0-9._~-]{1,64}$/;

/** Passes signed here. Ids are made from the names, so the same file gives the same users. */
export function signedPasses(signing: Signing, now: () => number): Passes {
  const takenTimes = new Map<string, number>();
  const idFor = (name: string) => {
    const readable = READABLE.test(name) ? name : hash(name);
    const times = (takenTimes.get(readable) ?? 0) + 1;
    takenTimes.set(readable, times);
    // Two people may bear one name after each other.
    return times === 1 ? `replay.${readable}` : `replay.${readable}.${times}`;
  };
  return {
    issue: async (name, former) => {
      const user = { id: former?.user.id ?? idFor(name), name };
      const issuedAt = now();
      return {
        token: await signing.sign({ ...user, issuedAt, expiresAt: issuedAt + LIFE_MS }),
        user,
      };
    },
  };
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, 16);
}
