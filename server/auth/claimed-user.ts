import { displayName, ROOM_ID, RoomError } from '../../shared/index.ts';

/** What a token says, once its signature, `exp`, issuer and audience have been checked. */
export type Claims = Readonly<Record<string, unknown>>;

/** Whom a token is of. */
export interface ClaimedUser {
  /** 1 to 128 of `A-Z a-z 0-9 . _ ~ -`, and neither `.` nor `..`: of any other text `userIdOf` makes one. */
  readonly id: string;
  /** As others see it: 1 to 64 characters, none of them hidden. */
  readonly name: string;
  /** What `authorize` and procedures of your own are to know of him, as `user.claims`; no client is told. Kept once
   *  per connection: small, and an object of its own. Default: nothing. */
  readonly claims?: Claims | undefined;
}

/** Makes the user of what his token claims, at once: it is asked for every connection and every call over HTTP.
 *  Whatever it throws refuses the token (TOKEN_REFUSED): a RoomError in its words, anything else in ours, and the
 *  server's log has both. */
export type UserOf = (claims: Claims) => ClaimedUser;

const FORM = '1 to 128 of A-Z a-z 0-9 . _ ~ -';

/** The user as a token names him by itself. @throws RoomError TOKEN_REFUSED, as short as a close frame needs it */
export function namedUser({ sub, name }: Claims): ClaimedUser {
  if (!isUserId(sub)) {
    throw refusedToken(`its "sub" is no user id (${FORM}); see userOf of createServer`);
  }
  if (name === undefined) throw refusedToken('it has no "name"; see userOf of createServer');
  return { id: sub, name: shownName(name, 'its "name"') };
}

/** The user as a team makes him. @throws RoomError TOKEN_REFUSED */
export function mappedUser(userOf: UserOf, claims: Claims): ClaimedUser {
  const made = called(userOf, claims);
  if (made instanceof Promise) {
    // What it comes to is nobody's, and must not end the process.
    made.catch(() => {});
    throw refusedToken('userOf returned a promise');
  }
  if (!isObject(made)) throw refusedToken('userOf returned no user');
  const { id, name, claims: kept } = made;
  if (!isUserId(id)) throw refusedToken(`userOf returned no user id (${FORM})`);
  const user = { id, name: shownName(name, 'userOf returned a name that') };
  if (kept === undefined) return user;
  if (!isObject(kept)) throw refusedToken('userOf returned claims that are no object');
  return { ...user, claims: kept };
}

/** How a token is refused, and why. */
export function refusedToken(reason: string, cause?: unknown): RoomError {
  return new RoomError('TOKEN_REFUSED', `the token was refused: ${reason}`, { cause });
}

// Whatever the type says: it may be plain JavaScript.
function called(userOf: UserOf, claims: Claims): unknown {
  try {
    return userOf(claims);
  } catch (error) {
    const reason = error instanceof RoomError ? error.message : 'userOf threw';
    throw refusedToken(reason, error);
  }
}

// What signs tokens elsewhere may put a number there, or a list.
function isUserId(id: unknown): id is string {
  return typeof id === 'string' && ROOM_ID.test(id);
}

function shownName(name: unknown, what: string): string {
  const parsed = displayName.safeParse(name);
  if (parsed.success) return parsed.data;
  throw refusedToken(`${what} ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
