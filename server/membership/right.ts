import type { By } from '../../shared/index.ts';
import type { Standing } from './decisions.ts';
import type { RoomState } from './room-state.ts';

/** By what right a room is changed. */
export interface Right {
  /** What whoever acts is in this room. Undefined: he does not belong to it. */
  standing(room: RoomState, actor: By): Promise<Standing | undefined>;
  /** What he is told of a room that nobody has made or somebody has closed. */
  readonly absence: 'FORBIDDEN' | 'NO_SUCH_ROOM';
}

/** Users act as what they are in the room, and do not learn which rooms there are. */
export const asMember: Right = {
  standing: async ({ member }, { id }) => (await member(id))?.role,
  absence: 'FORBIDDEN',
};

/** The server's own code stands above all, whoever it says that it acts for. */
export const asServer: Right = {
  standing: async () => 'server',
  absence: 'NO_SUCH_ROOM',
};
