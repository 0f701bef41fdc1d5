import { RoomError } from '../shared/index.ts';

/** The refusal of what is never sent, whenever it is tried. */
export function tooLarge(bytes: number, most: number): RoomError {
  return new RoomError('TOO_LARGE', `this takes ${bytes} bytes, and ${most} at most are sent`);
}
