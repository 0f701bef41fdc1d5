import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../start-error.ts';
import { newName } from '../new-name.ts';
import { readMeta } from './meta.ts';
import { checkRecords } from './record-rows.ts';
import { checkRooms, roomChecksum } from './room-rows.ts';

// Steps from one version of the schema to the next; `PRAGMA user_version` counts the steps taken.
const MIGRATIONS = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE rooms (
     no INTEGER PRIMARY KEY,
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     head INTEGER NOT NULL,
     UNIQUE (kind, id)
   ) STRICT;
   CREATE TABLE events (
     room INTEGER NOT NULL,
     offset INTEGER NOT NULL,
     type TEXT NOT NULL,
     data TEXT,
     by_id TEXT NOT NULL,
     by_name TEXT NOT NULL,
     at INTEGER NOT NULL,
     key TEXT,
     checksum INTEGER NOT NULL,
     PRIMARY KEY (room, offset)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE keys (
     room INTEGER NOT NULL,
     user TEXT NOT NULL,
     key TEXT NOT NULL,
     offset INTEGER NOT NULL,
     at INTEGER NOT NULL,
     digest TEXT,
     PRIMARY KEY (room, user, key)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX keys_by_age ON keys (at);`,
  // Keys in the order in which they came: the newest lie together, in the table and, where clients make
  // keys that begin with the time, in the index too. A commit writes few pages then.
  `ALTER TABLE keys RENAME TO old_keys;
   CREATE TABLE keys (
     no INTEGER PRIMARY KEY,
     room INTEGER NOT NULL,
     key TEXT NOT NULL,
     user TEXT NOT NULL,
     offset INTEGER NOT NULL,
     at INTEGER NOT NULL,
     digest TEXT,
     UNIQUE (room, key, user)
   ) STRICT;
   INSERT INTO keys (room, key, user, offset, at, digest)
     SELECT room, key, user, offset, at, digest FROM old_keys ORDER BY at;
   DROP TABLE old_keys;`,
  // What a room holds is said twice, so that a missing first or last event is noticed (LOG3).
  `ALTER TABLE rooms ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
   ALTER TABLE rooms ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
   UPDATE rooms SET first =
     coalesce((SELECT min(offset) FROM events WHERE room = rooms.no), head + 1);
   UPDATE rooms SET checksum = room_checksum(no, kind, id, first, head);
   INSERT INTO meta (name, value) SELECT 'appended', coalesce(sum(head), 0) FROM rooms;`,
  // Facts beside the events, and what they come to, so that one that is missing is noticed.
  `CREATE TABLE records (
     partition TEXT NOT NULL,
     key TEXT NOT NULL,
     value TEXT NOT NULL,
     version INTEGER NOT NULL,
     checksum INTEGER NOT NULL,
     PRIMARY KEY (partition, key)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO meta (name, value) VALUES ('records', 0), ('record_sum', 0), ('record_version', 0);`,
  // Events about others: changes and answers, found by what they are about.
  `ALTER TABLE events ADD COLUMN about INTEGER;
   CREATE INDEX events_about ON events (room, about, type, offset) WHERE about IS NOT NULL;
   INSERT INTO meta (name, value) VALUES ('unscrubbed', 0);`,
] as const;

/** Opens the log's database for its one writer, creates or migrates it, and checks its pages.
 *  @throws StartError when it is damaged, made by a newer version, or cannot be written. */
export function openDatabase(path: string): DatabaseSync {
  const db = open(path);
  try {
    // FULL: a commit is on disk when it returns (LOG2). secure_delete: erased content is
    // overwritten in its page (LOG5). Checkpoints after 16 MiB of WAL instead of 4: most commits
    // write the same few pages again, and the database takes each page once per checkpoint. A cache of
    // 2 MB: as a rule a commit moves pages of a tree, and SQLite then looks through all of its cache.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
      PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -2000;
      PRAGMA busy_timeout = 5000; PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF`);
    checkPages(db);
    migrate(db);
    checkRooms(db);
    checkRecords(db);
    return db;
  } catch (error) {
    db.close();
    throw error instanceof StartError ? error : refusal(path, error);
  }
}

function open(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path);
    // SQLite gives the WAL beside it the same mode.
    chmodSync(path, 0o600);
    return db;
  } catch (error) {
    throw new StartError(`cannot open the database ${path}: ${messageOf(error)}`, {
      advice: 'Check that the data directory exists, is a directory and may be written.',
      cause: error,
    });
  }
}

/** Checks the structure of all pages, and every index against its table. @throws Error */
export function checkPages(db: DatabaseSync): void {
  // `quick_check` takes half the time and believes the indexes: a room or a key that an index has lost
  // would be taken for a new one.
  const result = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
  if (result !== 'ok') throw new Error(String(result));
}

/** The version of its schema. @throws StartError when it was made by a newer version */
function schemaOf(db: DatabaseSync): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version <= MIGRATIONS.length) return version;
  throw new StartError(`the database was written by a newer version (schema ${version})`, {
    advice: 'Use that version or a later one.',
  });
}

// Since when there is something to check.
const ROOMS_SCHEMA = 3;
const RECORDS_SCHEMA = 4;

/** Checks what is in a database as opening it does, and leaves an older one as it is.
 *  @throws StartError, RoomError LOG_DAMAGED, Error when it would not be opened */
export function checkContent(db: DatabaseSync): void {
  checkPages(db);
  const version = schemaOf(db);
  readMeta(db);
  if (version >= ROOMS_SCHEMA) checkRooms(db);
  if (version >= RECORDS_SCHEMA) checkRecords(db);
}

function migrate(db: DatabaseSync): void {
  const version = schemaOf(db);
  if (version === MIGRATIONS.length) return;
  db.function('room_checksum', { varargs: true }, (...columns) => roomChecksum(columns));
  db.exec('BEGIN IMMEDIATE');
  for (const step of MIGRATIONS.slice(version)) db.exec(step);
  if (version === 0) {
    const insert = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
    insert.run('database', newName());
    insert.run('epoch', newName());
    insert.run('commits', 0);
  }
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

// Primary result codes of SQLite that say nothing against the file's content.
const UNUSABLE = [3, 5, 6, 8, 10, 13, 14, 23];

// SQLite says no more than that it cannot open a file where a process may open no more.
const USABLE =
  'Check that its disk has room and works, that this user may write there, and how many files this process may open (ulimit -n).';

function refusal(path: string, error: unknown): StartError {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (!UNUSABLE.includes(code)) return damaged(path, error);
  return new StartError(`cannot use the database ${path}: ${messageOf(error)}`, {
    advice: USABLE,
    cause: error,
  });
}

function damaged(path: string, error: unknown): StartError {
  return new StartError(`the database ${path} is damaged: ${messageOf(error)}`, {
    advice:
      'Restore a backup; to begin with an empty log, move log.db, log.db-wal and log.mark away.',
    cause: error,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
