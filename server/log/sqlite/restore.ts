import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../start-error.ts';
import { newName } from '../new-name.ts';
import { checkBackup, type BackupSummary } from './backup.ts';
import { CommitMark } from './commit-mark.ts';
import { lockDirectory } from './dir-lock.ts';
import { syncFile } from './sync-file.ts';

/** Puts a backup into a data directory, under a new epoch: clients that saw more than the backup has are
 *  told of a gap instead of being given other events at the places they know (LOG3). Idempotency keys
 *  come along. `replace`: a log that is there goes. @throws StartError when a server uses the directory,
 *  when it holds a log, or when the backup does not read right */
export function restoreLog(
  file: string,
  dir: string,
  { replace }: { replace: boolean },
): BackupSummary {
  if (!existsSync(file)) {
    throw new StartError(`there is no file ${file}`, { advice: 'Name a file made by `backup`.' });
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(dir);
  const path = join(dir, 'log.db');
  const part = join(dir, 'log.db.restoring');
  try {
    if (existsSync(path) && !replace) {
      throw new StartError(`there is a log in ${dir} already`, {
        advice: 'Restore into another directory, or say --replace to lose what is there.',
      });
    }
    copyFileSync(file, part);
    chmodSync(part, 0o600);
    const summary = checkBackup(part);
    const mark = beginNewLife(part);
    syncFile(part);
    // Without a mark a log is damaged and begins a new epoch: at no moment is less served in silence.
    for (const old of ['log.mark', 'log.db', 'log.db-wal', 'log.db-shm']) {
      rmSync(join(dir, old), { force: true });
    }
    renameSync(part, path);
    const marks = CommitMark.open(join(dir, 'log.mark'));
    marks.reset(mark);
    marks.close();
    syncFile(dir);
    return summary;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot restore ${file} into ${dir}: ${detail}`, {
      advice: 'Use a file made by `backup`, and a directory that may be written.',
      cause: error,
    });
  } finally {
    rmSync(part, { force: true });
    unlock();
  }
}

/** Another database, another epoch. Returns what its mark has to say. */
function beginNewLife(path: string): { databaseId: string; commits: number } {
  const db = new DatabaseSync(path);
  try {
    const databaseId = newName();
    const put = db.prepare('UPDATE meta SET value = ? WHERE name = ?');
    db.exec('BEGIN IMMEDIATE');
    put.run(databaseId, 'database');
    put.run(newName(), 'epoch');
    db.exec('COMMIT');
    const row = db.prepare("SELECT value FROM meta WHERE name = 'commits'").get();
    return { databaseId, commits: Number(row?.['value']) };
  } finally {
    db.close();
  }
}
