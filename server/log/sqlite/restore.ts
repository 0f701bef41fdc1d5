import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataDirectory } from '../../data-directory.ts';
import { StartError } from '../../start-error.ts';
import { newName } from '../new-name.ts';
import { checkBackup, type BackupSummary } from './backup.ts';
import { CommitMark } from './commit-mark.ts';
import { lockDirectory } from './dir-lock.ts';
import { syncFile } from './sync-file.ts';

/** What a restore has done. */
export interface RestoreSummary extends BackupSummary {
  /** The directory that holds what was there before, a data directory itself. Unset: nothing was there. */
  readonly replaced: string | undefined;
}

/** Puts a backup into a data directory, under a new epoch: clients that saw more than the backup has are
 *  told of a gap instead of being given other events at the places they know (LOG3). Idempotency keys
 *  come along. `replace`: a log that is there is put aside. @throws StartError when a server uses the
 *  directory, when it cannot be made or holds a log, or when the backup does not read right */
export function restoreLog(
  file: string,
  dir: string,
  { replace }: { replace: boolean },
): RestoreSummary {
  if (!existsSync(file)) {
    throw new StartError(`there is no file ${file}`, { advice: 'Name a file made by `backup`.' });
  }
  refuseHalf(file);
  makeDataDirectory(dir);
  const unlock = lockDirectory(dir);
  const path = join(dir, 'log.db');
  const part = join(dir, 'log.db.restoring');
  let replaced: string | undefined;
  try {
    if (existsSync(path) && !replace) {
      throw new StartError(`there is a log in ${dir} already`, {
        advice: 'Restore into another directory, or say --replace to put aside what is there.',
      });
    }
    copyFileSync(file, part);
    chmodSync(part, 0o600);
    const summary = checkBackup(part);
    const mark = beginNewLife(part);
    syncFile(part);
    replaced = putAside(dir);
    renameSync(part, path);
    const marks = CommitMark.open(join(dir, 'log.mark'));
    marks.reset(mark);
    marks.close();
    syncFile(dir);
    return { ...summary, replaced };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    const kept = replaced === undefined ? '' : `; what was there is in ${replaced}`;
    throw new StartError(`cannot restore ${file} into ${dir}: ${detail}${kept}`, {
      advice: 'Use a file made by `backup`, all of it, and a directory that may be written.',
      cause: error,
    });
  } finally {
    rmSync(part, { force: true });
    unlock();
  }
}

/** What a server writes is in the WAL first: its database alone lacks the newest events, and does not show it. */
function refuseHalf(file: string): void {
  const wal = `${file}-wal`;
  if ((statSync(wal, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw new StartError(`${file} is no backup: its newest events are in ${wal}`, {
    advice: 'Make a backup of its directory with `backup`, and restore that.',
  });
}

/** Moves the log of a directory into one of its own inside it. Returns that, or undefined when there is
 *  nothing to move. */
function putAside(dir: string): string | undefined {
  rmSync(join(dir, 'log.db-shm'), { force: true });
  // The mark first: without it what is left of a log is damaged and begins a new epoch, so at no moment is
  // less served in silence. The WAL before its database: alone it would be taken for nobody's.
  const names = ['log.mark', 'log.db-wal', 'log.db'].filter((name) => existsSync(join(dir, name)));
  if (names.length === 0) return undefined;
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const aside = mkdtempSync(join(dir, `replaced-${time}-`));
  for (const name of names) renameSync(join(dir, name), join(aside, name));
  syncFile(aside);
  return aside;
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
