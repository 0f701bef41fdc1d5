import { limits, RoomError, type By } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { RoomName } from '../log/room-log.ts';
import type { Records } from '../records/records.ts';
import { meRoom } from '../rooms/me-room.ts';
import type { News, RoomFacts } from './facts.ts';
import { readPlaces, type ListState } from './places.ts';
import { asMember, type Right } from './right.ts';
import type { RoomBook } from './room-book.ts';
import type { RoomState } from './room-state.ts';
import type { Turns } from './turns.ts';

/** What the procedures of rooms with membership work with. */
export interface MembershipParts {
  readonly kind: string;
  readonly book: RoomBook;
  readonly records: Records;
  readonly clock: Clock;
  /** Of those who want a place in a user's list (`inTurn`). */
  readonly turns: Turns;
}

/** A room that somebody has made and nobody has closed. */
export type LivingRoom = RoomState & { readonly facts: RoomFacts };

/** @throws RoomError FORBIDDEN, as everybody gets who may not know of the room, or what `right` says */
export function living(
  state: RoomState,
  { absence }: Pick<Right, 'absence'> = asMember,
): LivingRoom {
  const { facts } = state;
  if (!facts || facts.isClosed) throw new RoomError(absence);
  return { ...state, facts };
}

/** Gives what an entry for one more room is to be made on condition of.
 *  @throws RoomError LIMIT_REACHED when the user has as many as there may be */
export async function demandPlace(
  records: Records,
  userId: string,
  list: 'room' | 'opened',
): Promise<ListState> {
  const most = limits.roomsPerUser;
  const { entries, state } = await readPlaces(records, userId, { list, limit: most });
  demandCount(entries.length, most, 'rooms');
  return state;
}

/** @throws RoomError LIMIT_REACHED when a room has `most` of them */
export function demandCount(count: number, most: number, what: string): void {
  if (count >= most) throw new RoomError('LIMIT_REACHED', `${what}: ${most} at most`);
}

/** News for one user alone. */
export function newsFor(
  userId: string,
  { type, room, by, ...data }: { type: string; room: RoomName; by: By } & Record<string, unknown>,
): Omit<News, 'key'> {
  return { room: meRoom(userId), type, data: { ...data, room }, by };
}

/** A part of an object that is there or not: optional fields are absent, never undefined. */
export function titled(title: string | undefined): { title?: string } {
  return title === undefined ? {} : { title };
}
