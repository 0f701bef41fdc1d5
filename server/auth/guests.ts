import { randomBytes } from 'node:crypto';
import { DAY, displayName, RoomError, type By } from '../../shared/index.ts';
import { signToken, type TokenClaims, type VerifyToken } from './tokens.ts';
import type { User } from './user.ts';

const GUEST_LIFE_MS = 30 * DAY;
const PREFIX = 'guest-';

/** A guest: a user without an account, who is whoever he says he is. */
export interface Guest {
  readonly token: string;
  readonly user: By;
}

/** Is this the id of a guest? */
export function isGuestId(id: unknown): boolean {
  return typeof id === 'string' && id.startsWith(PREFIX);
}

/** Issues guest tokens, signed like any other. A guest who shows his token keeps his id and may
 *  take another name. */
export function createGuests(options: {
  secret: string;
  verify: VerifyToken;
  /** Does a token still count? */
  check: (user: User) => Promise<void>;
  now: () => number;
  /** What `verify` asks of every token. */
  claims?: TokenClaims;
}): (name: unknown, token: string | undefined) => Promise<Guest> {
  const { secret, verify, check, now, claims } = options;
  const idOf = async (token: string) => {
    const user = await verify(token);
    await check(user);
    return user.id;
  };
  return async (name, token) => {
    const parsed = displayName.safeParse(name);
    if (!parsed.success) {
      throw new RoomError('BAD_INPUT', `name ${parsed.error.issues[0]?.message ?? 'is missing'}`);
    }
    const id = token === undefined ? newGuestId() : await idOf(token);
    // Or a user's short-lived token would buy a long-lived one, under any name.
    if (!isGuestId(id)) throw new RoomError('FORBIDDEN', 'only guests may rename here');
    const user = { id, name: parsed.data };
    const issuedAt = now();
    const expiresAt = issuedAt + GUEST_LIFE_MS;
    return { token: await signToken(secret, { ...user, issuedAt, expiresAt }, claims), user };
  };
}

function newGuestId(): string {
  return `${PREFIX}${randomBytes(9).toString('base64url')}`;
}
