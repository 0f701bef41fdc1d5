import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { mappedUser, namedUser, refusedToken, type Claims, type UserOf } from './claimed-user.ts';
import { developmentSecret } from './development-secret.ts';
import { createGuests, isGuestId, type Guest } from './guests.ts';
import { keySetVerifier, secretVerifier, type VerifyToken } from './tokens.ts';
import type { User } from './user.ts';

/** Who a server believes, and how guests get their tokens: undefined where they are not welcome. */
export interface Auth {
  readonly verify: VerifyToken;
  readonly guests: ((name: unknown, token: string | undefined) => Promise<Guest>) | undefined;
}

/** What tokens are looked at with, beside the configuration. */
export interface AuthParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is asked of a guest who shows a token to get another. */
  readonly check: (user: User) => Promise<void>;
  /** Unset: tokens name their users. */
  readonly userOf: UserOf | undefined;
}

/** Tokens as the configuration has them. @throws StartError when the development secret cannot be kept */
export function createAuth({ auth, claims, dataDir }: Config, parts: AuthParts): Auth {
  const { clock, check, userOf } = parts;
  const userBy = userOf && mapping(userOf, parts.logger);
  if (auth.mode === 'keys') {
    const rules = { ...claims, userBy };
    return { verify: keySetVerifier(auth.url, clock.now, rules), guests: undefined };
  }
  const isOpen = auth.mode === 'development';
  const secret = isOpen ? developmentSecret(dataDir) : auth.secret;
  const areWelcome = isOpen || auth.guests;
  const rules = { ...claims, userBy: userBy && areWelcome ? besideGuests(userBy) : userBy };
  const verify = secretVerifier(secret, clock.now, rules);
  return {
    verify,
    guests: areWelcome
      ? createGuests({ secret, verify, check, now: clock.now, claims })
      : undefined,
  };
}

type UserBy = (claims: Claims) => ReturnType<UserOf>;

/** Who is refused is told no more than that; the operator hears why, and which claims there were, by name. */
function mapping(userOf: UserOf, logger: Logger): UserBy {
  return (claims) => {
    try {
      return mappedUser(userOf, claims);
    } catch (error) {
      logger.warn({ err: error, claims: Object.keys(claims) }, 'userOf made no user of a token');
      throw error;
    }
  };
}

/** Guests' tokens are ours and name their users; nobody else may be made a guest, who could ask for a token of a
 *  month. */
function besideGuests(userBy: UserBy): UserBy {
  return (claims) => {
    if (isGuestId(claims['sub'])) return namedUser(claims);
    const user = userBy(claims);
    if (isGuestId(user.id)) throw refusedToken('userOf returned the id of a guest');
    return user;
  };
}
