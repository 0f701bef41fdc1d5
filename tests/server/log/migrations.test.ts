import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { digestOf } from '../../../server/log/digest.ts';
import { checksumOf } from '../../../server/log/sqlite/checksum.ts';
import { logWriter } from '../../kit/log-writer.ts';
import { tempDir } from '../../kit/temp-dir.ts';

const room = { kind: 'chat', id: 'r' };
const by = { id: 'ada', name: 'Ada' };
const entry = { room, type: 'm', data: '1', by, at: 5, idempotencyKey: 'k' };

// As version 1 of the schema made it, with one event and its key.
const FIRST_VERSION = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE rooms (no INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL,
    head INTEGER NOT NULL, UNIQUE (kind, id)) STRICT;
  CREATE TABLE events (room INTEGER NOT NULL, offset INTEGER NOT NULL, type TEXT NOT NULL, data TEXT,
    by_id TEXT NOT NULL, by_name TEXT NOT NULL, at INTEGER NOT NULL, key TEXT,
    checksum INTEGER NOT NULL, PRIMARY KEY (room, offset)) STRICT, WITHOUT ROWID;
  CREATE TABLE keys (room INTEGER NOT NULL, user TEXT NOT NULL, key TEXT NOT NULL,
    offset INTEGER NOT NULL, at INTEGER NOT NULL, digest TEXT,
    PRIMARY KEY (room, user, key)) STRICT, WITHOUT ROWID;
  CREATE INDEX keys_by_age ON keys (at);
  INSERT INTO meta VALUES ('database', 'd'), ('epoch', 'e'), ('commits', 1);
  INSERT INTO rooms VALUES (1, 'chat', 'r', 1);
  INSERT INTO events VALUES (1, 1, 'm', '1', 'ada', 'Ada', 5, 'k', ${checksumOf({ ...entry, offset: 1 })});
  PRAGMA user_version = 1;`;

describe('a database of an older version', () => {
  it('[SND1] knows its idempotency keys again', () => {
    const dir = tempDir();
    const path = join(dir, 'log.db');
    const old = new DatabaseSync(path);
    old.exec(FIRST_VERSION);
    old.prepare("INSERT INTO keys VALUES (1, 'ada', 'k', 1, 5, ?)").run(digestOf(entry));
    old.close();

    const { db, mark, writer } = logWriter(dir);
    onTestFinished(() => mark.close());
    expect(writer.append([entry, { ...entry, data: '2' }]).written).toEqual([
      { offset: 1, at: 5, duplicate: true },
      'conflict',
    ]);
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 5 });
  });
});
