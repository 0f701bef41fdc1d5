import type { DatabaseSync } from 'node:sqlite';

/** What a database says of itself. */
export interface Meta {
  /** The database's own name: no two have the same. */
  readonly databaseId: string;
  readonly epoch: string;
  /** Transactions so far, over all epochs. */
  readonly commits: number;
}

const NAME = /^[A-Za-z0-9_-]+$/;

/** Reads it. A value that cannot be one is damage: served on, it would name an epoch or switch the mark
 *  off (LOG3). @throws Error */
export function readMeta(db: DatabaseSync): Meta {
  const get = db.prepare('SELECT value FROM meta WHERE name = ?');
  const read = (name: string) => get.get(name)?.['value'];
  const [databaseId, epoch, commits] = [read('database'), read('epoch'), read('commits')];
  if (typeof databaseId !== 'string' || !NAME.test(databaseId)) throw unreadable('database');
  if (typeof epoch !== 'string' || !NAME.test(epoch)) throw unreadable('epoch');
  if (typeof commits !== 'number' || !Number.isSafeInteger(commits) || commits < 0) {
    throw unreadable('commits');
  }
  return { databaseId, epoch, commits };
}

function unreadable(name: string): Error {
  return new Error(`the database is damaged: its ${name} cannot be read`);
}
