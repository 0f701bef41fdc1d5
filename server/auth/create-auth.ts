import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { developmentSecret } from './development-secret.ts';
import { createGuests, type Guest } from './guests.ts';
import { keySetVerifier, secretVerifier, type VerifyToken } from './tokens.ts';
import type { User } from './user.ts';

/** Who a server believes, and how guests get their tokens: undefined where they are not welcome. */
export interface Auth {
  readonly verify: VerifyToken;
  readonly guests: ((name: unknown, token: string | undefined) => Promise<Guest>) | undefined;
}

/** Tokens as the configuration has them. `check`: what is asked of a guest who shows a token to get another.
 *  @throws StartError when the development secret cannot be kept */
export function createAuth(
  { auth, claims, dataDir }: Config,
  clock: Clock,
  check: (user: User) => Promise<void>,
): Auth {
  if (auth.mode === 'keys') {
    return { verify: keySetVerifier(auth.url, clock.now, claims), guests: undefined };
  }
  const isOpen = auth.mode === 'development';
  const secret = isOpen ? developmentSecret(dataDir) : auth.secret;
  const verify = secretVerifier(secret, clock.now, claims);
  const areWelcome = isOpen || auth.guests;
  return {
    verify,
    guests: areWelcome
      ? createGuests({ secret, verify, check, now: clock.now, claims })
      : undefined,
  };
}
