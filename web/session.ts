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
    const parts = [session.token, session.user?.id, session.user?.name];
    return parts.every(isText) ? (session as Session) : undefined;
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
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown; name?: unknown };
    // Whatever else a name is, the server refuses it (AUT2), and nothing can be drawn of it.
    if (!isText(claims.sub) || !isText(claims.name)) return undefined;
    return { token, user: { id: claims.sub, name: claims.name } };
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
