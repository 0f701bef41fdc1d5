import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { UsedUnread } from 'trpc-rooms/react';

/** Is the page in front of somebody? */
export function useIsWatched(): boolean {
  return useSyncExternalStore(subscribe, isWatched);
}

/** Marks a room read while somebody looks at its newest messages. Gives the position after which messages are
 *  new to him: it stays where it is while he reads, until he says something himself (`forget`). */
export function useReading(unread: UsedUnread, isLooking: boolean) {
  const [newAfter, setNewAfter] = useState<string>();
  const { count, position, isKnown, markRead } = unread;
  const hasUnread = isKnown && count > 0;
  const [wasKnown, setWasKnown] = useState(false);
  useEffect(() => {
    // What comes while he looks on is nothing that he has missed.
    if (hasUnread && !(wasKnown && isLooking)) setNewAfter((known) => known ?? position ?? '0:0');
    if (isKnown) setWasKnown(true);
    // Where the new ones begin is settled by the first of them.
  }, [hasUnread, isKnown]);
  useEffect(() => {
    if (hasUnread && isLooking) markRead();
  }, [hasUnread, isLooking, count, markRead]);
  return {
    newAfter,
    forget: useCallback(() => setNewAfter(undefined), []),
    /** What comes after this position is new again. */
    renew: useCallback((before: string) => setNewAfter(before), []),
  };
}

function isWatched(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  const types = ['focus', 'blur', 'visibilitychange'];
  for (const type of types) addEventListener(type, listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    for (const type of types) removeEventListener(type, listener);
    document.removeEventListener('visibilitychange', listener);
  };
}
