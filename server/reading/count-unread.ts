import { formatPosition, limits, type Position } from '../../shared/index.ts';
import type { CountRange, RoomLog, RoomName } from '../log/room-log.ts';

/** What to count as unread: events of these types after a mark, by anybody but one user. */
export interface UnreadRange extends Pick<CountRange, 'types' | 'notBy'> {
  readonly mark: Position;
}

/** What is unread after a mark: where that stands, and up to where was counted. */
export interface Unread extends Position {
  /** At most 1,000. */
  readonly unread: number;
  readonly to: string;
}

/** Counts what is unread in a room's log, as it is now. @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
export async function countUnread(
  log: Pick<RoomLog, 'count'>,
  room: RoomName,
  { mark: { epoch, offset }, types, notBy }: UnreadRange,
): Promise<Unread> {
  const range = { after: offset, types, notBy, limit: limits.unreadCount };
  const { count: unread, head, epoch: now = epoch } = await log.count(room, range);
  // The log has begun anew since the mark was read: of this epoch nothing is read.
  if (now !== epoch) {
    return countUnread(log, room, { mark: { epoch: now, offset: 0 }, types, notBy });
  }
  return { epoch, offset, unread, to: formatPosition({ epoch, offset: head }) };
}
