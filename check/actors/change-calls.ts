import type { RoomHandle } from '../../client/index.ts';
import type { chat, RoomKind } from '../../shared/index.ts';
import type { ChangeCalls } from './writer.ts';

/** Changes over a room handle, for kinds whose events live. */
export function changeCalls(handle: RoomHandle<RoomKind>): ChangeCalls {
  // No type knows the kind here: the subject says that its events can be changed.
  const living = handle as unknown as RoomHandle<typeof chat>;
  return {
    edit: (target, data, idempotencyKey) =>
      living.edit(target, data as { text: string }, { idempotencyKey }),
    remove: (target, idempotencyKey) => living.remove(target, { idempotencyKey }),
  };
}
