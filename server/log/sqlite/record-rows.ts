import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';
// Not through shared/index.ts: the writer's thread has no use for zod, which takes longer to load than all else there.
import { RoomError } from '../../../shared/errors.ts';
import type { StoredRecord } from '../../records/records.ts';

/** What the database says that it holds of records: their number, the sum of their checksums, and the
 *  highest version given. */
export interface RecordTotals {
  readonly count: number;
  readonly sum: number;
  readonly version: number;
}

/** Guards a record against bits that turn on disk. */
export function recordChecksum(partition: string, record: StoredRecord): number {
  const { key, value, version } = record;
  return crc32(JSON.stringify([partition, key, value, version]));
}

/** Sums that stay whole numbers, however many records there are. Not an exclusive or: two stale records
 *  that miss the same change would cancel out. */
export function addToSum(sum: number, change: number): number {
  const SIZE = 2 ** 48;
  return (((sum + change) % SIZE) + SIZE) % SIZE;
}

type Row = Record<string, SQLOutputValue>;

/** Is the row as it was written? */
export function isSound(partition: string, row: Row): boolean {
  return Number(row['checksum']) === recordChecksum(partition, recordOf(row));
}

/** A record as its row has it. @throws RoomError LOG_DAMAGED when it fails its checksum */
export function toRecord(partition: string, row: Row): StoredRecord {
  const record = recordOf(row);
  if (isSound(partition, row)) return record;
  throw new RoomError('LOG_DAMAGED', `the record ${record.key} of ${partition} fails its checksum`);
}

function recordOf(row: Row): StoredRecord {
  const [key, value] = [String(row['key']), String(row['value'])];
  return { key, value, version: Number(row['version']) };
}

/** @throws Error when they cannot be read */
export function readTotals(db: DatabaseSync): RecordTotals {
  const get = db.prepare('SELECT value FROM meta WHERE name = ?');
  const read = (name: string) => {
    const value = get.get(name)?.['value'];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    throw new Error(`the database is damaged: its ${name} cannot be read`);
  };
  return { count: read('records'), sum: read('record_sum'), version: read('record_version') };
}

/** Reads every record and compares them all with what the database says (LOG3): one that is missing, or
 *  is as it once was, leaves no other trace. @throws Error */
export function checkRecords(db: DatabaseSync): void {
  const totals = readTotals(db);
  let [count, sum] = [0, 0];
  for (const row of db.prepare('SELECT * FROM records').iterate()) {
    const record = toRecord(String(row['partition']), row);
    if (record.version > totals.version) throw new Error('a record is newer than the database');
    sum = addToSum(sum, Number(row['checksum']));
    count += 1;
  }
  if (count === totals.count && sum === totals.sum) return;
  throw new Error('records are missing or are not the last that were written');
}
