import { ROOM_ID, RoomError } from '../../shared/index.ts';

/** For ids that no schema has looked at: those of the server's own code. @throws RoomError BAD_INPUT */
export function demandRoomId(id: string): void {
  if (!ROOM_ID.test(id)) throw new RoomError('BAD_INPUT', `not a room id: ${id.slice(0, 140)}`);
}
