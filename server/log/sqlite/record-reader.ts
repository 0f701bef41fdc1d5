import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { RECORD_PAGE, type RecordRange, type StoredRecord } from '../../records/records.ts';
import { readFailure } from './read-failure.ts';
import { toRecord } from './record-rows.ts';

const COLUMNS = 'key, value, version, checksum';
// Behind every character that a key may have.
const LAST = '\x7f';

/** Reads records on a read-only handle. */
export class RecordReader {
  readonly #one: StatementSync;
  readonly #many: StatementSync;

  constructor(db: DatabaseSync) {
    this.#one = db.prepare(`SELECT ${COLUMNS} FROM records WHERE partition = ? AND key = ?`);
    this.#many = db.prepare(`SELECT ${COLUMNS} FROM records
      WHERE partition = ? AND key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`);
  }

  read(partition: string, key: string): StoredRecord | undefined {
    try {
      const row = this.#one.get(partition, key);
      return row && toRecord(partition, row);
    } catch (error) {
      throw readFailure(error);
    }
  }

  list(partition: string, range: RecordRange): StoredRecord[] {
    const { prefix = '', after = '', limit = RECORD_PAGE } = range;
    try {
      const rows = this.#many.all(partition, after, prefix, prefix + LAST, limit);
      return rows.map((row) => toRecord(partition, row));
    } catch (error) {
      throw readFailure(error);
    }
  }
}
