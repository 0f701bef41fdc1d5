import { RoomError, type By } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { RoomName } from '../log/room-log.ts';
import { userPartition, type Records, type StoredRecord } from '../records/records.ts';
import { meRoom } from '../rooms/me-room.ts';
import type { News, RoomFacts } from './facts.ts';
import type { RoomBook } from './room-book.ts';
import type { RoomState } from './room-state.ts';

/** What the procedures of rooms with membership work with. */
export interface MembershipParts {
  readonly kind: string;
  readonly book: RoomBook;
  readonly records: Records;
  readonly clock: Clock;
}

/** A room that somebody has made and nobody has closed. */
export type LivingRoom = RoomState & { readonly facts: RoomFacts };

/** @throws RoomError FORBIDDEN, as everybody gets who may not know of the room */
export function living(state: RoomState): LivingRoom {
  const { facts } = state;
  if (!facts || facts.isClosed) throw new RoomError('FORBIDDEN');
  return { ...state, facts };
}

/** Gives what a user's index lists under a prefix. @throws RoomError LIMIT_REACHED when it is `most` */
export async function demandPlace(
  records: Records,
  userId: string,
  { prefix, most, what }: { prefix: string; most: number; what: string },
): Promise<readonly StoredRecord[]> {
  const listed = await records.list(userPartition(userId), { prefix, limit: most });
  demandCount(listed.length, most, what);
  return listed;
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
