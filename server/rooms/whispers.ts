import { RoomError, type Ack, type By, type WhisperInput } from '../../shared/index.ts';
import { shownOf } from '../auth/user.ts';
import type { RoomName } from '../log/room-log.ts';
import type { Caller, Gate } from './gate.ts';
import type { Hub } from './hub.ts';
import { meRoom } from './me-room.ts';

/** Words for one person inside one room. */
export interface Whispers {
  /** Reaches `to` on all his devices and, as a copy, the sender on his. Gives the ack of the sender's copy.
   *  @throws RoomError FORBIDDEN: the sender may not, or sees nobody of that name in the room. Which of
   *  the two, and whether there is such a user, nobody learns. */
  whisper(caller: Caller, input: WhisperInput): Promise<Ack>;
}

/** Makes those of one kind. `findPerson`: the person of that id whom others see in a room. */
export function createWhispers(options: {
  readonly kind: string;
  readonly gate: Gate;
  readonly hub: Hub;
  readonly findPerson: (room: RoomName, userId: string) => Promise<By | undefined>;
}): Whispers {
  const { kind, gate, hub, findPerson } = options;
  return {
    whisper: async (caller, { room: id, to: userId, text, idempotencyKey }) => {
      await gate.admit(caller, id, 'whisper', 'notice');
      const room = { kind, id };
      if (userId === caller.user.id) {
        throw new RoomError('BAD_INPUT', 'a whisper needs somebody else to hear it');
      }
      const to = await findPerson(room, userId);
      if (!to) throw new RoomError('FORBIDDEN');
      const by = shownOf(caller.user);
      const publication = { type: 'whisper', data: { room, to, text }, by, idempotencyKey };
      // The other's copy first: the sender is not shown what has not arrived. With the same key a repeat
      // brings the second copy where only the first was made.
      await hub.publish({ ...publication, room: meRoom(to.id) });
      return hub.publish({ ...publication, room: meRoom(by.id) });
    },
  };
}
