import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { RoomError } from '../../../shared/index.ts';
import type {
  Bounds,
  ChangeRange,
  Counted,
  CountRange,
  Page,
  Range,
  RoomName,
  StoredEvent,
} from '../room-log.ts';
import { ChangeReader } from './change-reader.ts';
import { checksumOf } from './checksum.ts';
import { missingFrom } from './page-check.ts';
import { readFailure } from './read-failure.ts';
import { RecordReader } from './record-reader.ts';

const COLUMNS = 'offset, type, data, by_id, by_name, at, key, about, checksum';

type Row = Record<string, SQLOutputValue>;

/** What was read, and how many commits of the database it has seen. */
export interface Seen<T> {
  readonly commits: number;
  readonly result: T;
}

/** Reads the log on the event loop's own read-only handle: a page costs tens of microseconds. */
export class Reader {
  readonly records: RecordReader;
  readonly #db: DatabaseSync;
  readonly #epoch: string;
  readonly #commits: StatementSync;
  readonly #room: StatementSync;
  readonly #after: StatementSync;
  readonly #before: StatementSync;
  readonly #changes: ChangeReader;

  /** @throws Error when the database cannot be opened */
  static open(path: string, epoch: string): Reader {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      db.exec('PRAGMA busy_timeout = 1000');
      return new Reader(db, epoch);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private constructor(db: DatabaseSync, epoch: string) {
    this.#db = db;
    this.#epoch = epoch;
    this.records = new RecordReader(this.#db);
    this.#changes = new ChangeReader(this.#db, COLUMNS);
    this.#commits = this.#db.prepare("SELECT value FROM meta WHERE name = 'commits'");
    this.#room = this.#db.prepare('SELECT no, first, head FROM rooms WHERE kind = ? AND id = ?');
    this.#after = this.#db.prepare(
      `SELECT ${COLUMNS} FROM events WHERE room = ? AND offset > ? ORDER BY offset LIMIT ?`,
    );
    this.#before = this.#db.prepare(
      `SELECT ${COLUMNS} FROM events WHERE room = ? AND offset < ? ORDER BY offset DESC LIMIT ?`,
    );
  }

  /** How many commits of the database can be seen now. */
  get commits(): number {
    return Number(this.#commits.get()?.['value']);
  }

  bounds(room: RoomName): Seen<Bounds> {
    return this.#snapshot(() => this.#boundsOf(this.#room.get(room.kind, room.id)));
  }

  read(room: RoomName, range: Range): Seen<Page> {
    return this.#snapshot(() => {
      const row = this.#room.get(room.kind, room.id);
      const events = row ? this.#rows(Number(row['no']), range).map(toEvent) : [];
      const bounds = this.#boundsOf(row);
      const missing = missingFrom(bounds, range, events);
      if (missing === undefined) return { ...bounds, events };
      throw new RoomError('LOG_DAMAGED', `the event at offset ${missing} is missing from the log`);
    });
  }

  changes(room: RoomName, range: ChangeRange): Seen<StoredEvent[]> {
    return this.#snapshot(() => {
      const row = this.#room.get(room.kind, room.id);
      const events = row ? this.#changes.newest(Number(row['no']), range).map(toEvent) : [];
      return events.toSorted((a, b) => a.offset - b.offset);
    });
  }

  count(room: RoomName, range: CountRange): Seen<Counted> {
    return this.#snapshot(() => {
      const row = this.#room.get(room.kind, room.id);
      const count = row ? this.#changes.count(Number(row['no']), range) : 0;
      return { count, head: this.#boundsOf(row).head };
    });
  }

  close(): void {
    this.#db.close();
  }

  #rows(no: number, range: Range): Row[] {
    return 'after' in range
      ? this.#after.all(no, range.after, range.limit)
      : this.#before.all(no, range.before, range.limit).toReversed();
  }

  #boundsOf(row: Row | undefined): Bounds {
    if (!row) return { epoch: this.#epoch, first: 1, head: 0 };
    return { epoch: this.#epoch, first: Number(row['first']), head: Number(row['head']) };
  }

  /** One read transaction, so that bounds and events are of the same moment. */
  #snapshot<T>(read: () => T): Seen<T> {
    try {
      this.#db.exec('BEGIN');
      try {
        return { commits: this.commits, result: read() };
      } finally {
        this.#db.exec('COMMIT');
      }
    } catch (error) {
      throw readFailure(error);
    }
  }
}

/** A stored event, as its row has it. @throws RoomError LOG_DAMAGED when it fails its checksum */
export function toEvent(row: Row): StoredEvent {
  const event = {
    offset: Number(row['offset']),
    type: String(row['type']),
    data: row['data'] === null ? null : String(row['data']),
    by: { id: String(row['by_id']), name: String(row['by_name']) },
    at: Number(row['at']),
    idempotencyKey: row['key'] === null ? undefined : String(row['key']),
    // Not there in the backup of an older version.
    ...(row['about'] == null ? {} : { about: Number(row['about']) }),
  };
  if (Number(row['checksum']) !== checksumOf(event)) {
    throw new RoomError('LOG_DAMAGED', `the event at offset ${event.offset} fails its checksum`);
  }
  return event;
}
