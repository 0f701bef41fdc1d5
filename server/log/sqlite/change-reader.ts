import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { ChangeRange, CountRange } from '../room-log.ts';

/** Reads what events about others say, and how many events there are, by the number of a room. */
export class ChangeReader {
  readonly #newest: StatementSync;
  readonly #count: StatementSync;

  /** `columns`: those of an event. */
  constructor(db: DatabaseSync, columns: string) {
    // SQLite takes the other columns from the row that has the maximum.
    this.#newest = db.prepare(
      `SELECT max(offset), ${columns} FROM events WHERE room = ? AND about BETWEEN ? AND ?
       AND type IN (SELECT value FROM json_each(?)) GROUP BY about, type`,
    );
    this.#count = db.prepare(
      `SELECT count(*) AS n FROM (SELECT 1 FROM events WHERE room = ? AND offset > ?
       AND type IN (SELECT value FROM json_each(?)) AND by_id <> ? AND data IS NOT NULL LIMIT ?)`,
    );
  }

  newest(room: number, { first, last, types }: ChangeRange): Record<string, SQLOutputValue>[] {
    return this.#newest.all(room, first, last, JSON.stringify(types));
  }

  count(room: number, { after, types, notBy, limit }: CountRange): number {
    const row = this.#count.get(room, after, JSON.stringify(types), notBy, limit);
    return Number(row?.['n'] ?? 0);
  }
}
