import { useMemo, useSyncExternalStore } from 'react';
import type { RoomKind } from '../../shared/index.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { JoinOptions } from '../room.ts';
import { createRoomStore, type RoomSnapshot } from './room-store.ts';

/** Follows a room while the component is mounted: joins on mounting, leaves on unmounting, renders
 *  again whenever the room's state changes. The options of the first render count until `rooms` or
 *  `id` changes. On a server it renders as joining. */
export function useRoom<K extends RoomKind>(
  rooms: RoomsOfKind<K>,
  id: string,
  options: JoinOptions,
): RoomSnapshot<K> {
  // Not by the options too: they are given anew at every render.
  const store = useMemo(() => createRoomStore(rooms, id, options), [rooms, id]);
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
}
