import type { RoomCalls } from '../../client/index.ts';
import type { RoomKind } from '../../shared/index.ts';
import type { Stage } from './stage.ts';

/** Room calls, seen from below a room handle. */
export interface WatchedCalls {
  readonly calls: RoomCalls<RoomKind>;
  /** The id of the frame that is being handed on now. */
  readonly frameId: () => string | undefined;
}

/** Writes down where streams are asked for from, and what frames are tracked by: above the handle
 *  neither can be seen. */
export function watchCalls(
  calls: RoomCalls<RoomKind>,
  { record }: Stage,
  follower: string,
): WatchedCalls {
  let frameId: string | undefined;
  const subscribe: RoomCalls<RoomKind>['events']['subscribe'] = (input, callbacks) => {
    record({ kind: 'asked', follower, room: input.room, since: input.lastEventId ?? undefined });
    return calls.events.subscribe(input, {
      ...callbacks,
      onData: (envelope) => {
        frameId = envelope.id;
        callbacks.onData(envelope);
        frameId = undefined;
      },
    });
  };
  return { calls: { ...calls, events: { subscribe } }, frameId: () => frameId };
}
