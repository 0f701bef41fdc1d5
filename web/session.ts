import type { Keep } from './keep.ts';

/** Who uses this page. */
export interface Session {
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** Why one could not come in. `guests`: this server takes tokens only. `name`: what is wrong with the name.
 *  `server`: it cannot be reached. */
export type EnterFailure =
  | { readonly why: 'guests' | 'server' }
  | { readonly why: 'name'; readonly detail: string };

const NAME = 'trpc-rooms.session';

/** The session that this browser keeps, if it is one. */
export function keptSession(keep: Keep): Session | undefined {
  try {
    const session = JSON.parse(keep.get(NAME) ?? '') as Partial<Session>;
    const isWhole = typeof session.token === 'string' && typeof session.user?.id === 'string';
    return isWhole ? (session as Session) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a session, or forgets it. */
export function keepSession(keep: Keep, session: Session | undefined): void {
  keep.set(NAME, session && JSON.stringify(session));
}

/** Comes in as a guest. */
export async function enterAsGuest(name: string): Promise<Session | EnterFailure> {
  try {
    const answer = await fetch('/api/guest', { method: 'POST', body: JSON.stringify({ name }) });
    if (answer.status === 404) return { why: 'guests' };
    const body = (await answer.json()) as Session & { detail?: string };
    if (answer.ok) return body;
    if (answer.status === 400) return { why: 'name', detail: body.detail ?? '' };
    return { why: 'server' };
  } catch {
    return { why: 'server' };
  }
}

/** A session of somebody who has a token. Undefined: it is none that this page can read. */
export function sessionOfToken(token: string): Session | undefined {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: string; name?: string };
    if (typeof claims.sub !== 'string') return undefined;
    return { token, user: { id: claims.sub, name: claims.name ?? claims.sub } };
  } catch {
    return undefined;
  }
}
