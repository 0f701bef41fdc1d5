import { ME } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';

/** The room that is a user's own stream. */
export function meRoom(userId: string): RoomName {
  return { kind: ME, id: userId };
}
