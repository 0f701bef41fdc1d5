import type { RoomKind } from '../../shared/index.ts';
import { clockOf, type Clock } from '../clock.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { JoinOptions } from '../room.ts';
import type { Store } from '../store.ts';
import { NOT_JOINED, SharedRoom, type RoomSnapshot } from './shared-room.ts';

/** The rooms that the components below one provider look at: one stream a room, however many they are. */
export interface RoomStores {
  /** A room as React's `useSyncExternalStore` takes it: joined while somebody listens. Nothing is joined,
   *  or kept, for one that is only asked for: a render may come to nothing. `newest`: the options as they are
   *  when it is called. */
  storeOf<K extends RoomKind>(
    rooms: RoomsOfKind<K>,
    id: string,
    newest: () => JoinOptions,
  ): Store<RoomSnapshot<K>>;
}

/** Makes them. */
export function createRoomStores(clock: Pick<Clock, 'after'> = clockOf({})): RoomStores {
  const shared = new Map<unknown, Map<string, SharedRoom<RoomKind>>>();

  const find = <K extends RoomKind>(rooms: RoomsOfKind<K>, id: string) =>
    // Under the rooms of a kind stand rooms of that kind.
    shared.get(rooms)?.get(id) as unknown as SharedRoom<K> | undefined;
  const forget = (rooms: unknown, id: string) => {
    const ofKind = shared.get(rooms);
    ofKind?.delete(id);
    if (ofKind?.size === 0) shared.delete(rooms);
  };
  const make = <K extends RoomKind>(rooms: RoomsOfKind<K>, id: string) => {
    const room = new SharedRoom<K>({ rooms, id, clock, onEmpty: () => forget(rooms, id) });
    const ofKind = shared.get(rooms) ?? new Map<string, SharedRoom<RoomKind>>();
    shared.set(rooms, ofKind.set(id, room as unknown as SharedRoom<RoomKind>));
    return room;
  };

  return {
    storeOf: (rooms, id, newest) => ({
      subscribe: (listener) => (find(rooms, id) ?? make(rooms, id)).add(listener, newest),
      getSnapshot: () => find(rooms, id)?.getSnapshot() ?? NOT_JOINED,
    }),
  };
}
