import { ROOM_ID, RoomError } from '../../shared/index.ts';

/** For ids that no schema has looked at: those of the server's own code. @throws RoomError BAD_INPUT */
export function demandRoomId(id: string): void {
  demandId(id, 'room');
}

/** The same for ids of users, who have private streams by them. @throws RoomError BAD_INPUT */
export function demandUserId(id: string): void {
  demandId(id, 'user');
}

function demandId(id: string, whose: 'room' | 'user'): void {
  if (!ROOM_ID.test(id)) throw new RoomError('BAD_INPUT', `not a ${whose} id: ${id.slice(0, 140)}`);
}
