import type { MyRoom } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import type { OccupiedRoom } from '../presence/presence.ts';
import { titled } from './parts.ts';
import type { RoomBook } from './room-book.ts';

/** A room as it is to everybody. */
export type RoomOutline = Pick<MyRoom, 'room' | 'title' | 'visibility'>;

/** A room that somebody is in. Without `visibility` nobody has made it: it is open to all. */
export type OccupiedOutline = OccupiedRoom & Partial<RoomOutline>;

/** Of what is known of a room that somebody has made. */
export function outlineOf(
  { id }: RoomName,
  { visibility, title }: Pick<RoomOutline, 'visibility' | 'title'>,
): RoomOutline {
  return { room: id, visibility, ...titled(title) };
}

/** Adds what rooms are to everybody, where somebody has made them. @throws RoomError LOG_UNAVAILABLE */
export function outlined(
  book: Pick<RoomBook, 'read'>,
  kind: string,
  rooms: readonly OccupiedRoom[],
): Promise<OccupiedOutline[]> {
  return Promise.all(
    rooms.map(async (one) => {
      const room = { kind, id: one.room };
      const { facts } = await book.read(room);
      return facts && !facts.isClosed ? { ...one, ...outlineOf(room, facts) } : one;
    }),
  );
}
