import { useMemo } from 'react';
import type { RoomUnread, UnreadSnapshot } from '../life/room-unread.ts';
import { calmStore } from './calm-store.ts';
import { useStore } from './use-store.ts';

/** What is unread in a room, and how to change that. */
export interface UsedUnread extends UnreadSnapshot {
  /** As `markRead` of `room.unread`. Nothing happens before there is a room. */
  markRead(position?: string): void;
  /** As `markUnread` of `room.unread`. @throws RoomError */
  markUnread(position: string): Promise<void>;
}

const UNKNOWN: UnreadSnapshot = { count: 0, isKnown: false };

/** How many events of others are unread in a room, the same on all devices. `room`: from `useRoom`, of a kind
 *  that counts them. */
export function useUnread(room: { readonly unread: RoomUnread } | undefined): UsedUnread {
  const unread = room?.unread;
  const calm = useMemo(() => unread && calmStore<UnreadSnapshot>(unread), [unread]);
  const snapshot = useStore(calm, UNKNOWN);
  return useMemo(
    () => ({
      ...snapshot,
      markRead: (position) => unread?.markRead(position),
      markUnread: (position) => unread?.markUnread(position) ?? Promise.resolve(),
    }),
    [unread, snapshot],
  );
}
