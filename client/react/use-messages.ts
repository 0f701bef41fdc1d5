import { useMemo } from 'react';
import type { RoomKind } from '../../shared/index.ts';
import type { MessagesSnapshot, RoomMessages } from '../life/room-messages.ts';
import { calmStore } from './calm-store.ts';
import { useStore } from './use-store.ts';

/** The messages of a room, and how to get older ones. */
export interface UsedMessages<K extends RoomKind> extends MessagesSnapshot<K> {
  /** As `loadOlder` of `room.messages`. Nothing happens before there is a room. @throws RoomError */
  loadOlder(): Promise<void>;
}

const NONE = { items: [], hasOlder: false, isLoading: true } as const;

/** The newest messages of a room, folded to date, with one's own that are on their way at the end. `room`:
 *  from `useRoom`, of a kind that has messages. Without it: nothing, and loading. */
export function useMessages<K extends RoomKind>(
  room: { readonly messages: RoomMessages<K> } | undefined,
): UsedMessages<K> {
  const messages = room?.messages;
  const calm = useMemo(() => messages && calmStore(messages), [messages]);
  const snapshot = useStore<MessagesSnapshot<K>>(calm, NONE);
  return useMemo(
    () => ({ ...snapshot, loadOlder: () => messages?.loadOlder() ?? Promise.resolve() }),
    [messages, snapshot],
  );
}
