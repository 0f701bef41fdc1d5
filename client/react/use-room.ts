import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { RoomKind } from '../../shared/index.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { JoinOptions } from '../room.ts';
import { useRoomsOf, useRoomStores } from './rooms-provider.ts';
import { NOT_JOINED, type RoomSnapshot } from './shared-room.ts';

/** Follows a room while the component is mounted: joins on mounting, leaves on unmounting, renders
 *  again whenever the room's state changes. `kind`: a kind of the provided client's contract, or
 *  `rooms.chat` of any client. Components below one `RoomsProvider` share the stream: the `loadState` and
 *  `since` of the first count, the `onGap` of each is called. Of options the newest count. One that
 *  has failed is joined anew by the next component that mounts. On a server it renders as joining. */
export function useRoom<K extends RoomKind>(
  kind: RoomsOfKind<K>,
  id: string,
  options: JoinOptions,
): RoomSnapshot<K>;
export function useRoom<K extends RoomKind>(
  kind: K,
  id: string,
  options: JoinOptions,
): RoomSnapshot<K>;
export function useRoom<K extends RoomKind>(
  kind: K | RoomsOfKind<K>,
  id: string,
  options: JoinOptions,
): RoomSnapshot<K> {
  const stores = useRoomStores();
  const rooms = useRoomsOf(kind);
  const { newest, store } = useMemo(() => {
    // Of this room: one that is left to others goes on with the last options that were meant for it.
    const held = { current: options };
    return { newest: held, store: stores.storeOf(rooms, id, () => held.current) };
    // Not by the options too: they are given anew at every render.
  }, [stores, rooms, id]);
  // Before the one that joins.
  useEffect(() => {
    newest.current = options;
  });
  return useSyncExternalStore(store.subscribe, store.getSnapshot, notJoined);
}

function notJoined(): typeof NOT_JOINED {
  return NOT_JOINED;
}
