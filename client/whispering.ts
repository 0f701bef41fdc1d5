import type { Ack, RoomKind } from '../shared/index.ts';
import { ask } from './ask.ts';
import { unheeded } from './listeners.ts';
import { newKey as timeOrderedKey } from './new-key.ts';
import { readAck } from './outbox/read-ack.ts';
import type { RoomCalls } from './room-calls.ts';
import type { HandleOptions, PublishOptions } from './room.ts';

/** What a joined room has of a kind with `whispers`. */
export interface RoomWhispers {
  /** A word for one person who is in the room or belongs to it, on all his devices. It is sent now, or not at
   *  all; nobody has to wait for it. Gives the ack of the copy in one's own stream. @throws RoomError */
  whisper(
    input: { readonly to: string; readonly text: string },
    options?: PublishOptions,
  ): Promise<Ack>;
}

/** Makes it for one room. */
export function whispering<K extends RoomKind>(
  calls: RoomCalls<K>,
  room: string,
  options: HandleOptions,
): RoomWhispers {
  // Of a kind that has them.
  const { whisper } = calls as Required<RoomCalls<K>>;
  const { newKey = timeOrderedKey } = options;
  return {
    whisper: ({ to, text }, { idempotencyKey = newKey() } = {}) =>
      unheeded(
        ask(options, async (how) =>
          readAck(await whisper.mutate({ room, to, text, idempotencyKey }, how)),
        ),
      ),
  };
}
