import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { RecordChange } from '../../records/records.ts';
import { addToSum, isSound, readTotals, recordChecksum, type RecordTotals } from './record-rows.ts';

/** One `write` of records. */
export interface RecordWrite {
  readonly partition: string;
  readonly changes: readonly RecordChange[];
}

/** The answer to one write: whether it was done, or that a record which it changes is damaged. */
export type Recorded = boolean | 'damaged';

type Row = Record<string, SQLOutputValue>;

/** Writes records within the transactions of the log's writer. */
export class RecordWriter {
  readonly #db: DatabaseSync;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #drop: StatementSync;
  readonly #setTotal: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#get = db.prepare(
      'SELECT key, value, version, checksum FROM records WHERE partition = ? AND key = ?',
    );
    this.#put = db.prepare(`INSERT INTO records (partition, key, value, version, checksum)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT (partition, key) DO UPDATE
      SET value = excluded.value, version = excluded.version, checksum = excluded.checksum`);
    this.#drop = db.prepare('DELETE FROM records WHERE partition = ? AND key = ?');
    this.#setTotal = db.prepare('UPDATE meta SET value = ? WHERE name = ?');
  }

  /** Does each write whole or not at all; says which. Every later one sees what the earlier did. */
  apply(writes: readonly RecordWrite[]): Recorded[] {
    let totals = readTotals(this.#db);
    const done = writes.map(({ partition, changes }) => {
      const rows = changes.map(({ key }) => this.#get.get(partition, key));
      if (!rows.every((row, index) => isAsExpected(row, changes[index]))) return false;
      // What is damaged is not written over: the sum would be right again, and the loss hidden.
      if (rows.some((row) => row && !isSound(partition, row))) return 'damaged';
      for (const [index, change] of changes.entries()) {
        totals = this.#change(partition, change, rows[index], totals);
      }
      return true;
    });
    this.#setTotal.run(totals.count, 'records');
    this.#setTotal.run(totals.sum, 'record_sum');
    this.#setTotal.run(totals.version, 'record_version');
    return done;
  }

  #change(
    partition: string,
    { key, value }: RecordChange,
    row: Row | undefined,
    totals: RecordTotals,
  ): RecordTotals {
    const count = totals.count + (value === null ? 0 : 1) - (row ? 1 : 0);
    const sum = addToSum(totals.sum, -Number(row?.['checksum'] ?? 0));
    if (value === null) {
      this.#drop.run(partition, key);
      return { ...totals, count, sum };
    }
    const version = totals.version + 1;
    const checksum = recordChecksum(partition, { key, value, version });
    this.#put.run(partition, key, value, version, checksum);
    return { count, sum: addToSum(sum, checksum), version };
  }
}

function isAsExpected(row: Row | undefined, change: RecordChange | undefined): boolean {
  return change?.expected === undefined || Number(row?.['version'] ?? 0) === change.expected;
}
