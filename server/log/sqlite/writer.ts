import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Retention } from '../../../shared/index.ts';
import { lastPastAge } from '../past-age.ts';
import { roomKey, type Entry, type RoomName } from '../room-log.ts';
import { checksumOf } from './checksum.ts';
import type { CommitMark } from './commit-mark.ts';
import { EventEraser } from './event-eraser.ts';
import { readMeta } from './meta.ts';
import type { PageGaps } from './page-gaps.ts';
import { RecordWriter, type Recorded, type RecordWrite } from './record-writer.ts';
import { roomChecksum } from './room-rows.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { WriterKeys, type Place } from './writer-keys.ts';

/** The answer to one entry of a batch: its place, or that its key stands for other data or for what cannot be,
 *  or that what it is about does not stand at the version of its guard. */
export type Written =
  | { readonly offset: number; readonly at: number; readonly duplicate: boolean }
  | 'conflict'
  | 'damaged'
  | 'stale';

interface WriterRoom {
  readonly no: number;
  readonly name: RoomName;
  readonly retention: Retention;
  head: number;
  first: number;
}

// Trimming goes in steps, so that no transaction is long (LOG4).
const TRIM_ROWS = 500;
const TRIM_ROOMS = 500;
// By count it waits for one in this many to be over: rows that go together free whole pages, and a commit
// between two steps touches none of the oldest.
const TRIM_SHARE = 32;
// Rooms whose bounds the writer keeps in mind; beyond, it forgets all and reads anew.
const CACHED_ROOMS = 50_000;

/** The one writer of the database. Everything here is synchronous and runs in a thread of its own,
 *  so that no fsync holds up the event loop (LOG2). */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #mark: CommitMark;
  readonly #retention: (kind: string) => Retention;
  readonly #sql: Statements;
  readonly #keys: WriterKeys;
  readonly #records: RecordWriter;
  readonly #eraser: EventEraser;
  readonly #rooms = new Map<string, WriterRoom>();
  readonly #databaseId: string;
  readonly #checkFiles: () => void;
  readonly #pages: PageGaps;
  /** Commits so far. Who else writes to the database moves the count of it, not this. */
  #commits: number;
  /** Events that the transaction under way has appended. */
  #appended = 0;
  #marked: number;

  constructor(options: {
    db: DatabaseSync;
    mark: CommitMark;
    databaseId: string;
    retention: (kind: string) => Retention;
    /** Throws when the files are no longer where they were opened. */
    checkFiles: () => void;
    pages: PageGaps;
  }) {
    this.#db = options.db;
    this.#mark = options.mark;
    this.#databaseId = options.databaseId;
    this.#retention = options.retention;
    this.#checkFiles = options.checkFiles;
    this.#pages = options.pages;
    this.#sql = prepareStatements(options.db);
    this.#keys = new WriterKeys(this.#sql);
    this.#records = new RecordWriter(options.db);
    this.#eraser = new EventEraser(options.db);
    this.#commits = readMeta(options.db).commits;
    // What was not marked at start is marked by `recover`.
    this.#marked = this.#commits;
  }

  /** The commits that the mark vouches for. */
  get marked(): number {
    return this.#marked;
  }

  /** Writes the mark of the last commit again. @throws Error */
  writeMark(): void {
    this.#mark.write({ databaseId: this.#databaseId, commits: this.#commits });
    this.#marked = this.#commits;
  }

  /** Appends all entries in one transaction. Returns when it and its mark are on disk; `unmarked` says
   *  why the mark is not: the events are there, and nothing may be acknowledged or shown. */
  append(entries: readonly Entry[]): { written: Written[]; unmarked: string | undefined } {
    // Between transactions only: within one, the cache knows heads that no row holds yet.
    if (this.#rooms.size > CACHED_ROOMS) this.#rooms.clear();
    const { result: written, unmarked } = this.#transaction(() => {
      const touched = new Map<WriterRoom, number>();
      const done = entries.map((entry) => this.#appendOne(entry, touched));
      for (const [room, count] of touched) {
        this.#trimByCount(room, count);
        this.#setBounds(room);
        this.#appended += count;
      }
      return done;
    });
    return { written, unmarked };
  }

  /** Writes records in one transaction, each write whole or not at all. `unmarked` as of `append`. */
  record(writes: readonly RecordWrite[]): { done: Recorded[]; unmarked: string | undefined } {
    const { result: done, unmarked } = this.#transaction(() => this.#records.apply(writes));
    return { done, unmarked };
  }

  /** Empties an event. What stood there may still stand in gaps of pages and in the WAL: `scrub`. */
  erase(name: RoomName, offset: number): boolean {
    const room = this.#find(name);
    if (!room || !this.#sql.at.get(room.no, offset)) return false;
    const { unmarked } = this.#transaction(() => this.#eraser.erase(room.no, offset));
    if (unmarked !== undefined) throw new Error(unmarked);
    return true;
  }

  /** Empties the WAL, and the gaps that SQLite leaves in pages when it moves rows, which `secure_delete`
   *  forgets: nothing of erased content is left in either (LOG5). Takes time by the size of the database. */
  scrub(): void {
    const { isReadable } = this.#pages;
    if (!isReadable) this.#db.exec('VACUUM');
    const result = this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
    if (result?.['busy'] !== 0) throw new Error('writer: the WAL could not be truncated');
    if (isReadable) this.#pages.clear();
    // What SQLite has of these pages in mind still has the gaps as they were, and would write them again.
    this.#db.exec('PRAGMA shrink_memory');
    this.#eraser.settle();
  }

  /** One step of trimming by age, through rooms numbered above `after`. Returns the room to go on
   *  from, or undefined when all are done. */
  trim(now: number, after: number): number | undefined {
    const rooms = this.#sql.roomsAfter.all(after, TRIM_ROOMS);
    const { result, unmarked } = this.#transaction(() => {
      const keys = this.#keys.trim(now, TRIM_ROWS);
      for (const row of rooms) {
        const no = Number(row['no']);
        const dropped = this.#dropOld(no, now, this.#retention(String(row['kind'])).maxAgeMs);
        if (dropped > 0) this.#moveFirst(row, no);
        if (dropped === TRIM_ROWS) return no - 1;
      }
      const last = rooms.at(-1)?.['no'];
      if (rooms.length === TRIM_ROOMS) return Number(last);
      return keys === TRIM_ROWS ? Number(last ?? after) : undefined;
    });
    if (unmarked !== undefined) throw new Error(unmarked);
    return result;
  }

  close(): void {
    this.#db.close();
    this.#pages.close();
    this.#mark.close();
  }

  #transaction<T>(work: () => T): { result: T; unmarked: string | undefined } {
    this.#sql.begin.run();
    this.#appended = 0;
    let result: T;
    try {
      result = work();
      // Its lock was taken from it: followers here would never hear of what the other one writes.
      if (this.#sql.count.run(this.#appended, this.#commits).changes !== 2) {
        throw new Error('another process writes to the database');
      }
      this.#checkFiles();
      this.#sql.commit.run();
      this.#commits += 1;
    } catch (error) {
      this.#rooms.clear();
      if (this.#db.isTransaction) this.#sql.rollback.run();
      throw error;
    }
    // LOG3: after COMMIT and before anybody is told. When it fails, the commit is there all the same.
    try {
      this.writeMark();
      return { result, unmarked: undefined };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return { result, unmarked: `the commit mark cannot be written: ${detail}` };
    }
  }

  #appendOne(entry: Entry, touched: Map<WriterRoom, number>): Written {
    const known = this.#find(entry.room);
    // A room that anybody can name is not made for what is not appended.
    if (!known && !this.#holds(undefined, entry)) return 'stale';
    const room = known ?? this.#create(entry.room);
    const { type, data, by, at, idempotencyKey: key, about } = entry;
    const offset = room.head + 1;
    const first = this.#firstOf(room, entry);
    if (key !== undefined) {
      const keyed = { ...entry, idempotencyKey: key };
      const repeat = this.#keys.take(room, keyed, first ?? { offset, at });
      if (typeof repeat === 'string') return repeat;
      if (repeat) return { ...repeat, duplicate: true };
    }
    if (first) return { ...first, duplicate: true };
    if (!this.#holds(room, entry)) {
      // The key was put down for what is not appended.
      if (key !== undefined) this.#keys.drop(room, key, by.id);
      return 'stale';
    }
    room.head = offset;
    const checksum = checksumOf({ offset, type, data, by, at, idempotencyKey: key, about });
    const columns = [type, data, by.id, by.name, at, key ?? null, about ?? null, checksum] as const;
    this.#sql.insert.run(room.no, offset, ...columns);
    this.#eraser.eraseFor(room.no, entry);
    touched.set(room, (touched.get(room) ?? 0) + 1);
    return { offset, at, duplicate: false };
  }

  /** What stands already of something that is done once. */
  #firstOf(room: WriterRoom, { type, about, once }: Entry): Place | undefined {
    if (!once || about === undefined) return undefined;
    const newest = this.#sql.newest.get(room.no, about, JSON.stringify([type]));
    const offset = newest?.['offset'] ?? null;
    if (offset === null) return undefined;
    return { offset: Number(offset), at: Number(this.#sql.at.get(room.no, offset)?.['at']) };
  }

  #holds(room: WriterRoom | undefined, { about, guard }: Entry): boolean {
    if (!guard) return true;
    if (about === undefined) return (room?.head ?? 0) === guard.version;
    const newest = room && this.#sql.newest.get(room.no, about, JSON.stringify(guard.types));
    return Number(newest?.['offset'] ?? about) === guard.version;
  }

  #setBounds({ no, name, first, head }: WriterRoom): void {
    this.#sql.setBounds.run(first, head, roomChecksum([no, name.kind, name.id, first, head]), no);
  }

  /** Trimming by age goes by the rows: what is cached of the room is read anew. */
  #moveFirst(row: Record<string, SQLOutputValue>, no: number): void {
    const name = { kind: String(row['kind']), id: String(row['id']) };
    const head = Number(row['head']);
    const first = Number(this.#sql.first.get(no)?.['offset'] ?? head + 1);
    this.#setBounds({ no, name, first, head, retention: this.#retention(name.kind) });
    this.#rooms.delete(roomKey(name));
  }

  /** Pays for each append with at most two deletions and a constant, whatever has piled up. */
  #trimByCount(room: WriterRoom, appended: number): void {
    const { maxEvents } = room.retention;
    const due = room.head - maxEvents;
    if (due < room.first + Math.min(TRIM_ROWS, Math.floor(maxEvents / TRIM_SHARE))) return;
    const upTo = Math.min(due, room.first - 1 + 2 * appended + TRIM_ROWS);
    this.#sql.dropUpTo.run(room.no, upTo);
    room.first = upTo + 1;
  }

  #dropOld(room: number, now: number, maxAgeMs: number): number {
    const last = lastPastAge(this.#sql.eventTimes.iterate(room, now), now - maxAgeMs, TRIM_ROWS);
    if (last === undefined) return 0;
    return Number(this.#sql.dropOld.run(room, last, room, TRIM_ROWS).changes);
  }

  #find(name: RoomName): WriterRoom | undefined {
    const key = roomKey(name);
    const known = this.#rooms.get(key);
    if (known) return known;
    const row = this.#sql.room.get(name.kind, name.id);
    if (!row) return undefined;
    const no = Number(row['no']);
    const head = Number(row['head']);
    const first = Number(row['first']);
    return this.#remember(key, { no, name, head, first, retention: this.#retention(name.kind) });
  }

  #create(name: RoomName): WriterRoom {
    const no = Number(this.#sql.addRoom.run(name.kind, name.id).lastInsertRowid);
    const room = { no, name, head: 0, first: 1, retention: this.#retention(name.kind) };
    return this.#remember(roomKey(name), room);
  }

  #remember(key: string, room: WriterRoom): WriterRoom {
    this.#rooms.set(key, room);
    return room;
  }
}
