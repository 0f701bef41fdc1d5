import type { Clock } from '../clock.ts';
import type { Member } from '../presence/presence.ts';
import type { Feed } from './feed.ts';
import type { Caller } from './gate.ts';
import type { Hub, Subscription } from './hub.ts';

// A WebSocket of ours closes with 4401 at the very end of its token, and its client comes back to
// resume: the feed of a connection that does not (SSE, a host's own server) ends a moment later.
const EXPIRY_GRACE_MS = 1_000;

const OPEN = 1;

/** Which feed to open. */
export interface Opening extends Pick<Subscription, 'room' | 'since' | 'mayStay'> {
  readonly signal?: (() => AbortSignal) | undefined;
}

/** The seat that a caller takes, or has. */
export function memberOf({ user: { id, name }, connectionId, sessionId }: Caller): Member {
  return { memberId: connectionId, user: { id, name }, sessionId };
}

/** Opens a feed for a caller. Where no socket ends it, it ends with `signal` and with the caller's token: over
 *  SSE nothing else ends one that is waiting. */
export async function openFeed(
  { hub, clock }: { readonly hub: Hub; readonly clock: Clock },
  caller: Caller,
  { room, since, signal, mayStay }: Opening,
): Promise<Feed> {
  const { socket } = caller;
  // Where no socket can be seen a stop looks as a broken connection does.
  const isGone = () => socket?.readyState !== OPEN;
  const feed = await hub.subscribe({ room, member: memberOf(caller), since, isGone, mayStay });
  if (socket) return feed;
  endWith(feed, signal?.());
  feed.endAfter(clock, caller.user.expiresAt - clock.now() + EXPIRY_GRACE_MS);
  return feed;
}

function endWith(feed: Feed, signal: AbortSignal | undefined): void {
  if (signal?.aborted) feed.end();
  else signal?.addEventListener('abort', () => feed.end(), { once: true });
}
