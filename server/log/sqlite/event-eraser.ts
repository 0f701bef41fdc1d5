import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Entry } from '../room-log.ts';
import { checksumOf } from './checksum.ts';

/** Takes the content out of stored events (LOG5), within the writer's transactions. What stood there may
 *  still stand in gaps of pages and in the WAL until the database is scrubbed: it says so of itself. */
export class EventEraser {
  readonly #one: StatementSync;
  readonly #about: StatementSync;
  readonly #empty: StatementSync;
  readonly #forgetDigest: StatementSync;
  readonly #setDue: StatementSync;

  constructor(db: DatabaseSync) {
    this.#one = db.prepare(
      'SELECT type, by_id, by_name, at, key, about FROM events WHERE room = ? AND offset = ?',
    );
    this.#about = db.prepare(
      `SELECT offset FROM events
       WHERE room = ? AND about = ? AND type IN (SELECT value FROM json_each(?))`,
    );
    this.#empty = db.prepare(
      'UPDATE events SET data = NULL, checksum = ? WHERE room = ? AND offset = ?',
    );
    this.#forgetDigest = db.prepare(
      'UPDATE keys SET digest = NULL WHERE room = ? AND key = ? AND user = ? AND offset = ?',
    );
    this.#setDue = db.prepare("UPDATE meta SET value = ? WHERE name = 'unscrubbed'");
  }

  /** Empties one event. */
  erase(room: number, offset: number): void {
    const row = this.#one.get(room, offset);
    if (!row) return;
    const by = { id: String(row['by_id']), name: String(row['by_name']) };
    const key = row['key'] === null ? undefined : String(row['key']);
    const about = row['about'] === null ? undefined : Number(row['about']);
    const [type, at] = [String(row['type']), Number(row['at'])];
    const event = { offset, type, data: null, by, at, idempotencyKey: key, about };
    this.#empty.run(checksumOf(event), room, offset);
    if (key !== undefined) this.#forgetDigest.run(room, key, by.id, offset);
    this.#setDue.run(1);
  }

  /** Empties what an entry erases. */
  eraseFor(room: number, { about, erases }: Pick<Entry, 'about' | 'erases'>): void {
    if (about === undefined || !erases) return;
    this.erase(room, about);
    for (const { offset } of this.#about.all(room, about, JSON.stringify(erases))) {
      this.erase(room, Number(offset));
    }
  }

  /** Nothing is left to be scrubbed. */
  settle(): void {
    this.#setDue.run(0);
  }
}

/** Is content that was erased still to be scrubbed from the files of a database? */
export function isScrubDue(db: DatabaseSync): boolean {
  return db.prepare("SELECT value FROM meta WHERE name = 'unscrubbed'").get()?.['value'] === 1;
}
