import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { CommitMark } from '../../server/log/sqlite/commit-mark.ts';
import { openDatabase } from '../../server/log/sqlite/database.ts';
import { PageGaps } from '../../server/log/sqlite/page-gaps.ts';
import { Writer } from '../../server/log/sqlite/writer.ts';
import { retention } from '../contract/room-log-contract.ts';

/** The writer of a log in the test's own thread. Its database closes with the test. `beforeWriter` is called
 *  when the database is open and nothing has been prepared for it yet. */
export function logWriter(
  dir: string,
  beforeWriter: () => void = () => {},
): { db: DatabaseSync; mark: CommitMark; writer: Writer } {
  const path = join(dir, 'log.db');
  const db = openDatabase(path);
  const mark = CommitMark.open(join(dir, 'log.mark'));
  const pages = new PageGaps(path);
  // After the database: closing the file takes SQLite's locks on it away.
  onTestFinished(() => {
    db.close();
    pages.close();
  });
  beforeWriter();
  const writer = new Writer({
    db,
    mark,
    databaseId: 'd',
    retention: () => retention.chat,
    checkFiles: () => {},
    pages,
  });
  return { db, mark, writer };
}
