import type { Clock } from '../clock.ts';
import { within } from '../within.ts';

/** The token, or where to get one. */
export type TokenOption = string | (() => string | Promise<string>);

/** Where connections get their token. */
export interface TokenSource {
  /** A token; asked before every connection, so a fresh one is used. However many wait, one fetch.
   *  @throws whatever the app's function throws; RoomError when it takes over 30 s */
  get(): Promise<string>;
  /** The user of the last token had: its claim `sub`, or '' where it has none to read. Undefined
   *  before there was one. */
  readonly user: string | undefined;
}

const FETCH = { ms: 30_000, late: 'fetching a token took too long' } as const;

/** Makes the source. */
export function createTokenSource(token: TokenOption, clock: Clock): TokenSource {
  let user = typeof token === 'string' ? userOf(token) : undefined;
  let fetching: Promise<string> | undefined;

  const fetch = async (): Promise<string> => {
    const got: unknown = typeof token === 'string' ? token : await within(clock, FETCH, token);
    if (typeof got !== 'string') throw new Error('the token is no text');
    user = userOf(got);
    return got;
  };
  return {
    get: () => {
      fetching ??= fetch().finally(() => (fetching = undefined));
      return fetching;
    },
    get user() {
      return user;
    },
  };
}

/** The claim `sub` of a JWT, unverified: it decides nothing but whose unsent publishes these are. */
export function userOf(token: string): string {
  try {
    const part = token.split('.')[1] ?? '';
    const bytes = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const json = new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
    const claims: unknown = JSON.parse(json);
    const sub = (claims as { sub?: unknown } | null)?.sub;
    return typeof sub === 'string' ? sub : '';
  } catch {
    return '';
  }
}
