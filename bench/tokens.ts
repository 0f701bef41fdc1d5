import { signToken } from '../server/auth/tokens.ts';
import { HOUR } from '../shared/index.ts';

/** A token each for so many users. */
export function signTokens(secret: string, count: number): Promise<string[]> {
  const expiresAt = Date.now() + HOUR;
  const users = Array.from({ length: count }, (_, no) => ({
    id: userOf(no),
    name: `User ${no}`,
    expiresAt,
  }));
  return Promise.all(users.map((user) => signToken(secret, user)));
}

/** The user of a token, by its number. */
export function userOf(no: number): string {
  return `user-${no}`;
}
