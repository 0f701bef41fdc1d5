import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { RoomKind } from '../../shared/index.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { JoinOptions } from '../room.ts';
import { useRoomsOf, useRoomStores } from './rooms-provider.ts';
import { NOT_JOINED, type RoomSnapshot } from './shared-room.ts';

/** Follows a room while the component is mounted: joins on mounting, leaves on unmounting, renders
 *  again whenever the room's state changes. `kind`: a kind of the provided client's contract, or
 *  `rooms.chat` of any client. Components below one `RoomsProvider` share the stream: the `loadState` and
 *  `since` of the first count, the `onGap` of each is called. Of options the newest count. On a server it
 *  renders as joining. */
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
  const newest = useRef(options);
  // Before the one that joins.
  useEffect(() => {
    newest.current = options;
  });
  const store = useMemo(
    () => stores.storeOf(rooms, id, heeding(newest)),
    // Not by the options too: they are given anew at every render.
    [stores, rooms, id],
  );
  return useSyncExternalStore(store.subscribe, store.getSnapshot, notJoined);
}

function notJoined(): typeof NOT_JOINED {
  return NOT_JOINED;
}

/** Options whose functions are those of the newest render. */
function heeding(newest: { readonly current: JoinOptions }): JoinOptions {
  const { onGap, loadState, since } = newest.current;
  return {
    onGap:
      onGap === 'reload'
        ? onGap
        : (gap) => {
            const { current } = newest;
            if (typeof current.onGap === 'function') current.onGap(gap);
          },
    ...(loadState && { loadState: (position) => newest.current.loadState?.(position) }),
    ...(since !== undefined && { since }),
  };
}
