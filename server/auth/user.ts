import type { By } from '../../shared/index.ts';

/** Who is calling, as his token says. */
export interface User extends By {
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When it was issued, likewise. Unset: it does not say. */
  readonly issuedAt?: number | undefined;
  /** What `userOf` has kept of what the token claims. Unset: nothing. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** What everybody may see of a person. Whoever speaks for one may well hand over a whole `User`. */
export function shownOf({ id, name }: By): By {
  return { id, name };
}
