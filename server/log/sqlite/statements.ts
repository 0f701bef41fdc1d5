import type { DatabaseSync, StatementSync } from 'node:sqlite';

const SQL = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  countCommit: "UPDATE meta SET value = value + 1 WHERE name = 'commits' RETURNING value",
  room: 'SELECT no, head FROM rooms WHERE kind = ? AND id = ?',
  addRoom: 'INSERT INTO rooms (kind, id, head) VALUES (?, ?, 0)',
  setHead: 'UPDATE rooms SET head = ? WHERE no = ?',
  roomsAfter: 'SELECT no, kind FROM rooms WHERE no > ? ORDER BY no LIMIT ?',
  first: 'SELECT offset, at FROM events WHERE room = ? ORDER BY offset LIMIT 1',
  insert: `INSERT INTO events (room, offset, type, data, by_id, by_name, at, key, checksum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  one: 'SELECT type, by_id, by_name, at, key FROM events WHERE room = ? AND offset = ?',
  erase: 'UPDATE events SET data = NULL, checksum = ? WHERE room = ? AND offset = ?',
  dropUpTo: 'DELETE FROM events WHERE room = ? AND offset <= ?',
  // Stops at the first event that is young enough, so a kept event never follows a dropped one.
  dropOld: `DELETE FROM events WHERE room = ? AND offset < coalesce(
      (SELECT min(offset) FROM (SELECT offset, at FROM events WHERE room = ? ORDER BY offset LIMIT ?)
       WHERE at >= ?), 9007199254740991) AND offset IN
      (SELECT offset FROM events WHERE room = ? ORDER BY offset LIMIT ?)`,
  getKey: 'SELECT offset, at, digest FROM keys WHERE room = ? AND user = ? AND key = ?',
  putKey: `INSERT OR REPLACE INTO keys (room, user, key, offset, at, digest)
    VALUES (?, ?, ?, ?, ?, ?)`,
  forgetDigest: `UPDATE keys SET digest = NULL
    WHERE room = ? AND user = ? AND key = ? AND offset = ?`,
  dropKeys: `DELETE FROM keys WHERE (room, user, key) IN
    (SELECT room, user, key FROM keys WHERE at <= ? ORDER BY at LIMIT ?)`,
} as const;

/** The writer's statements, compiled once. */
export type Statements = { readonly [Name in keyof typeof SQL]: StatementSync };

/** Compiles the writer's statements. */
export function prepareStatements(db: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]);
  // The keys are those of SQL, one by one.
  return Object.fromEntries(entries) as Statements;
}
