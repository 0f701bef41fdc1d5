import { formatPosition, limits, type Receipts } from '../../shared/index.ts';
import type { RoomLog, RoomName } from '../log/room-log.ts';
import { demandPosition } from '../messages/target.ts';
import { roomPartition, type Records, type StoredRecord } from '../records/records.ts';
import { keptMark, MARK_PREFIX } from './mark.ts';

const PAGE = 1_000;
// Beyond, they are not counted on.
const MOST_COUNTED = 10_000;

/** Reads who has read how far: each reader in small rooms, how many in larger ones.
 *  @throws RoomError BAD_INPUT, LOG_UNAVAILABLE */
export async function readReceipts(
  { log, records }: { readonly log: RoomLog; readonly records: Records },
  room: RoomName,
  position?: string,
): Promise<Receipts> {
  const { epoch } = await log.bounds(room);
  const wanted = position === undefined ? undefined : demandPosition(position);
  const from = wanted?.offset ?? 1;
  const readers: NonNullable<Receipts['readers']>[number][] = [];
  let count = 0;
  for await (const { key, value } of marksOf(records, room)) {
    const { offset, name } = keptMark(value, epoch);
    if (offset === 0) continue;
    if (offset >= from && (wanted === undefined || wanted.epoch === epoch)) count += 1;
    const user = { id: key.slice(MARK_PREFIX.length), name };
    if (readers.length <= limits.receiptReaders) {
      readers.push({ user, position: formatPosition({ epoch, offset }) });
    }
  }
  const isSmall = readers.length <= limits.receiptReaders;
  return { room: room.id, ...(isSmall && { readers }), count };
}

async function* marksOf(records: Records, room: RoomName): AsyncGenerator<StoredRecord> {
  let after: string | undefined;
  for (let read = 0; read < MOST_COUNTED; read += PAGE) {
    const range = { prefix: MARK_PREFIX, limit: PAGE, ...(after !== undefined && { after }) };
    const page = await records.list(roomPartition(room), range);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.key;
  }
}
