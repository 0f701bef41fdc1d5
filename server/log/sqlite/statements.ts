import type { DatabaseSync, StatementSync } from 'node:sqlite';

const SQL = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  // A commit, and what it has appended: these two names are neighbours. Changes one alone when somebody else has counted
  // a commit. No RETURNING: it opens a table for its row, and SQLite goes through the page cache to close it.
  count: `UPDATE meta SET value = value + CASE name WHEN 'commits' THEN 1 ELSE ? END
    WHERE name BETWEEN 'appended' AND 'commits' AND (name = 'appended' OR (name = 'commits' AND value = ?))`,
  room: 'SELECT no, first, head FROM rooms WHERE kind = ? AND id = ?',
  addRoom: 'INSERT INTO rooms (kind, id, head) VALUES (?, ?, 0)',
  setBounds: 'UPDATE rooms SET first = ?, head = ?, checksum = ? WHERE no = ?',
  roomsAfter: 'SELECT no, kind, id, head FROM rooms WHERE no > ? ORDER BY no LIMIT ?',
  first: 'SELECT offset FROM events WHERE room = ? ORDER BY offset LIMIT 1',
  insert: `INSERT INTO events (room, offset, type, data, by_id, by_name, at, key, about, checksum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  at: 'SELECT at FROM events WHERE room = ? AND offset = ?',
  event: `SELECT type, data, by_id, by_name, at, key, about, checksum FROM events
    WHERE room = ? AND offset = ?`,
  newest: `SELECT max(offset) AS offset FROM events
    WHERE room = ? AND about = ? AND type IN (SELECT value FROM json_each(?))`,
  dropUpTo: 'DELETE FROM events WHERE room = ? AND offset <= ?',
  // Of a time after now are those that were appended before a clock was set back: they say nothing of their age.
  eventTimes: 'SELECT offset AS place, at FROM events WHERE room = ? AND at <= ? ORDER BY offset',
  dropOld: `DELETE FROM events WHERE room = ? AND offset <= ? AND offset IN
      (SELECT offset FROM events WHERE room = ? ORDER BY offset LIMIT ?)`,
  // Changes nothing when the key is there: most keys are new, and then this is all that is asked.
  putKey: `INSERT INTO keys (room, key, user, offset, at, digest)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  getKey: 'SELECT offset, at, digest FROM keys WHERE room = ? AND key = ? AND user = ?',
  dropKey: 'DELETE FROM keys WHERE room = ? AND key = ? AND user = ?',
  // In the order in which they came, so no index by age is needed; a young one ends the search.
  keyTimes: 'SELECT no AS place, at FROM keys WHERE at <= ? ORDER BY no',
  dropKeys: 'DELETE FROM keys WHERE no <= ? AND no IN (SELECT no FROM keys ORDER BY no LIMIT ?)',
} as const;

/** The writer's statements, compiled once. */
export type Statements = { readonly [Name in keyof typeof SQL]: StatementSync };

/** Compiles the writer's statements. */
export function prepareStatements(db: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)]);
  // The keys are those of SQL, one by one.
  return Object.fromEntries(entries) as Statements;
}
