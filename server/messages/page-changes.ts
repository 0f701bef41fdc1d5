import { CHANGE_TYPES, messageTypes, type RoomEvent, type RoomKind } from '../../shared/index.ts';
import type { RoomLog, RoomName, StoredEvent } from '../log/room-log.ts';
import { dataBytes, roomEvent } from '../rooms/tracked-frame.ts';

/** What has happened since to the events of a page of history: with it, a page is folded to date by whoever reads
 *  no other. Of each event, erased ones too, the newest change of each type that stands beyond the page. Nothing, if
 *  there is none. `bytes`: of their data. */
export async function changesOf(
  page: readonly StoredEvent[],
  { log, room, kind }: { log: RoomLog; room: RoomName; kind: RoomKind },
  epoch: string,
): Promise<{ changes?: readonly RoomEvent[]; bytes: number }> {
  const [oldest, newest] = [page.at(0), page.at(-1)];
  if (!oldest || !newest || messageTypes(kind).size === 0) return { bytes: 0 };
  const range = { first: oldest.offset, last: newest.offset, types: CHANGE_TYPES };
  const found = await log.changes(room, range);
  const beyond = found.filter(({ offset }) => offset > newest.offset);
  const bytes = beyond.reduce((sum, event) => sum + dataBytes(event), 0);
  const changes = beyond.flatMap((event) => roomEvent(event, epoch) ?? []);
  return changes.length > 0 ? { changes, bytes } : { bytes };
}
