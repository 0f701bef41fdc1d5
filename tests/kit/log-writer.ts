import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { CommitMark } from '../../server/log/sqlite/commit-mark.ts';
import { openDatabase } from '../../server/log/sqlite/database.ts';
import { Writer } from '../../server/log/sqlite/writer.ts';
import { retention } from '../contract/room-log-contract.ts';

/** The writer of a log in the test's own thread. Its database closes with the test. `beforeWriter` is called
 *  when the database is open and nothing has been prepared for it yet. */
export function logWriter(
  dir: string,
  beforeWriter: () => void = () => {},
): { db: DatabaseSync; mark: CommitMark; writer: Writer } {
  const db = openDatabase(join(dir, 'log.db'));
  onTestFinished(() => db.close());
  const mark = CommitMark.open(join(dir, 'log.mark'));
  beforeWriter();
  const writer = new Writer({
    db,
    mark,
    databaseId: 'd',
    retention: () => retention.chat,
    checkFiles: () => {},
  });
  return { db, mark, writer };
}
