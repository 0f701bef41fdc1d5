import type { RoomError, RoomKind } from '../shared/index.ts';
import type { RoomPosition } from './positions.ts';
import type { RoomCalls } from './room-calls.ts';
import { joinRoom, type RoomHandle } from './room-handle.ts';
import { isOver, type HandleOptions, type JoinOptions } from './room.ts';

/** The rooms that a client has joined. */
export interface Handles {
  /** Joins one. `position`: keeps how far it was shown. @throws RoomError, once the client has stopped */
  join(
    room: { readonly kind: RoomKind; readonly calls: RoomCalls<RoomKind>; readonly id: string },
    how: JoinOptions,
    position?: RoomPosition,
  ): RoomHandle<RoomKind>;
  /** Leaves all that are joined now. */
  leave(): void;
}

/** Makes it. `shared`: what all of them take over from the client. */
export function createHandles(
  shared: HandleOptions & { readonly stopped: () => RoomError | undefined },
): Handles {
  const handles = new Set<{ leave(): void }>();
  return {
    join: ({ kind, calls, id }, how, position) => {
      const error = shared.stopped();
      if (error) throw error;
      const parts = position ? { ...shared, position } : shared;
      const handle = joinRoom(kind, calls, id, { ...how, ...parts });
      // One that has failed at once says so no more.
      if (!isOver(handle.current)) handles.add(handle);
      handle.subscribe((state) => {
        if (isOver(state)) handles.delete(handle);
      });
      return handle;
    },
    leave: () => {
      // An app may join anew whatever it sees left: such a room ends with the connection.
      const present = [...handles];
      for (const handle of present) handle.leave();
    },
  };
}
