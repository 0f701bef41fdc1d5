import { randomBytes } from 'node:crypto';
import { DAY, displayName, RoomError, type By } from '../../shared/index.ts';
import { signToken, type TokenClaims, type VerifyToken } from './tokens.ts';

const GUEST_LIFE_MS = 30 * DAY;
const PREFIX = 'guest-';

/** A guest: a user without an account, who is whoever he says he is. */
export interface Guest {
  readonly token: string;
  readonly user: By;
}

/** Issues guest tokens, signed like any other. A guest who shows his token keeps his id and may
 *  take another name. */
export function createGuests(options: {
  secret: string;
  verify: VerifyToken;
  now: () => number;
  /** What `verify` asks of every token. */
  claims?: TokenClaims;
}): (name: unknown, token: string | undefined) => Promise<Guest> {
  const { secret, verify, now, claims } = options;
  return async (name, token) => {
    const parsed = displayName.safeParse(name);
    if (!parsed.success) {
      throw new RoomError('BAD_INPUT', `name ${parsed.error.issues[0]?.message ?? 'is missing'}`);
    }
    const id = token === undefined ? newGuestId() : (await verify(token)).id;
    // Or a user's short-lived token would buy a long-lived one, under any name.
    if (!id.startsWith(PREFIX)) throw new RoomError('FORBIDDEN', 'only guests may rename here');
    const user = { id, name: parsed.data };
    const expiresAt = now() + GUEST_LIFE_MS;
    return { token: await signToken(secret, { ...user, expiresAt }, claims), user };
  };
}

function newGuestId(): string {
  return `${PREFIX}${randomBytes(9).toString('base64url')}`;
}
