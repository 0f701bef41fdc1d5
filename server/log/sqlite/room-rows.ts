import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** Guards a row of `rooms`: its no, kind, id, first and head, in this order. */
export function roomChecksum(columns: readonly SQLInputValue[]): number {
  return crc32(JSON.stringify(columns));
}

const ROWS = `SELECT no, kind, id, first, head, checksum, least, most, count FROM rooms
  LEFT JOIN (SELECT room, min(offset) AS least, max(offset) AS most, count(*) AS count
    FROM events GROUP BY room) ON room = no`;

/** Compares what the rooms say that they hold with the events that are there (LOG3). Pages may read well
 *  and be old: a write that the disk has swallowed leaves no other trace. @throws Error */
export function checkRooms(db: DatabaseSync): void {
  let appended = 0;
  let events = 0;
  for (const { no, kind, id, first, head, checksum, least, most, count } of db
    .prepare(ROWS)
    .iterate()) {
    const name = `room ${String(kind)}/${String(id)}`;
    if (roomChecksum([no, kind, id, first, head].map((column) => column ?? null)) !== checksum) {
      throw new Error(`${name} fails its checksum`);
    }
    const expected = Number(head) - Number(first) + 1;
    const isWhole =
      Number(count) === expected && (expected === 0 || (least === first && most === head));
    if (!isWhole) throw new Error(`${name} holds other events than it says`);
    appended += Number(head);
    events += expected;
  }
  const get = db.prepare(
    "SELECT value, (SELECT count(*) FROM events) AS events FROM meta WHERE name = 'appended'",
  );
  const total = get.get();
  if (total?.['value'] !== appended)
    throw new Error('rooms are missing or have lost their last events');
  if (total['events'] !== events) throw new Error('there are events of a room that is not there');
}
