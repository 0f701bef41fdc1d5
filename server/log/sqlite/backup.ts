import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { isOwnFile } from '../../data-directory.ts';
import { StartError } from '../../start-error.ts';
import { checkContent } from './database.ts';
import { isScrubDue } from './event-eraser.ts';
import { refuseLost } from './lost-database.ts';
import { toEvent } from './reader.ts';
import { syncFile } from './sync-file.ts';

/** What a backup holds. */
export interface BackupSummary {
  readonly rooms: number;
  readonly events: number;
}

/** Copies the log of a data directory into one file, while a server may be writing it: the copy is of
 *  one moment, every event in it has been read and checked, and the file is there whole or not at all.
 *  @throws StartError when there is no log, or the copy cannot be made or does not read right */
export async function backupLog(dir: string, file: string): Promise<BackupSummary> {
  const path = join(dir, 'log.db');
  refuseLost(path, join(dir, 'log.mark'));
  if (!existsSync(path)) {
    throw new StartError(`there is no log in ${dir}`, { advice: 'Name the DATA_DIR of a server.' });
  }
  const part = `${file}.part`;
  try {
    if (isOwnFile(dir, file)) throw new Error('the server keeps a file of its own there');
    // Pages are copied through a connection of its own: it reads like any other reader of the WAL.
    const source = new DatabaseSync(path, { readOnly: true });
    try {
      await backup(source, part);
    } finally {
      source.close();
    }
    chmodSync(part, 0o600);
    scrubCopy(part);
    const summary = checkBackup(part);
    syncFile(part);
    renameSync(part, file);
    syncFile(dirname(file));
    return summary;
  } catch (error) {
    throw failed(`cannot back up ${dir} into ${file}`, error);
  } finally {
    for (const rest of ['', '-wal', '-shm']) rmSync(`${part}${rest}`, { force: true });
  }
}

/** What was erased from a log goes from its copies too, before the server has come to it (LOG5). */
function scrubCopy(file: string): void {
  const db = new DatabaseSync(file);
  try {
    if (!isScrubDue(db)) return;
    db.exec(`PRAGMA journal_mode = DELETE; VACUUM;
      UPDATE meta SET value = 0 WHERE name = 'unscrubbed'`);
  } finally {
    db.close();
  }
}

/** Reads a backup from end to end, and checks what a start checks.
 *  @throws StartError, Error, RoomError LOG_DAMAGED when it does not read right */
export function checkBackup(file: string): BackupSummary {
  const db = new DatabaseSync(file);
  try {
    // One file: the copy says WAL of itself, and would need two more beside it to be opened.
    db.exec('PRAGMA journal_mode = DELETE');
    checkContent(db);
    let events = 0;
    for (const row of db.prepare('SELECT * FROM events').iterate()) {
      toEvent(row);
      events += 1;
    }
    const rooms = Number(db.prepare('SELECT count(*) AS n FROM rooms').get()?.['n']);
    return { rooms, events };
  } finally {
    db.close();
  }
}

function failed(what: string, cause: unknown): StartError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StartError(`${what}: ${detail}`, {
    advice: 'Check that there is room and that both places may be used; nothing was changed.',
    cause,
  });
}
