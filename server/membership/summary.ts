import type { By, MyRoom } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import type { MemberFacts, RoomFacts } from './facts.ts';

/** A room as one of its members sees it in his list. */
export function summaryOf(
  { id }: RoomName,
  { visibility, title }: Pick<RoomFacts, 'visibility' | 'title'>,
  { role, since }: MemberFacts,
  other?: By,
): MyRoom {
  const room = { room: id, visibility, role, since: new Date(since) };
  return { ...room, ...(title !== undefined && { title }), ...(other && { with: other }) };
}
