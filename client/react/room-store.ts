import type { RoomKind } from '../../shared/index.ts';
import type { RoomsOfKind } from '../create-rooms.ts';
import type { RoomHandle } from '../room-handle.ts';
import type { JoinOptions, RoomState } from '../room.ts';

/** What a component sees of a room: the handle while it is joined or joining, and where it stands. */
export interface RoomSnapshot<K extends RoomKind> {
  /** Undefined before the component is mounted, and on a server that renders it. */
  readonly room: RoomHandle<K> | undefined;
  readonly state: RoomState;
}

/** A room as React's `useSyncExternalStore` takes it: joined while somebody listens. */
export interface RoomStore<K extends RoomKind> {
  /** Joins with the first listener, leaves with the last. Returns the undo. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): RoomSnapshot<K>;
}

const JOINING: RoomState = { state: 'joining' };

/** Makes the store of one room. Listeners share one stream, however many they are. */
export function createRoomStore<K extends RoomKind>(
  rooms: RoomsOfKind<K>,
  id: string,
  options: JoinOptions,
): RoomStore<K> {
  const listeners = new Set<() => void>();
  let snapshot: RoomSnapshot<K> = { room: undefined, state: JOINING };
  let leave = () => {};

  const change = (next: RoomSnapshot<K>) => {
    snapshot = next;
    for (const listener of listeners) listener();
  };
  const join = () => {
    const room = rooms.join(id, options);
    const forget = room.subscribe((state) => change({ room, state }));
    leave = () => {
      forget();
      room.leave();
      snapshot = { room: undefined, state: JOINING };
    };
    change({ room, state: room.current });
  };

  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) join();
      return () => {
        if (listeners.delete(listener) && listeners.size === 0) leave();
      };
    },
    getSnapshot: () => snapshot,
  };
}
