import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../../start-error.ts';

/** Keeps a data directory to one server. The lock is the operating system's, taken through SQLite,
 *  so it ends with the process however that dies. Returns the release.
 *  @throws StartError when another server holds it. */
export function lockDirectory(dir: string): () => void {
  const ownerFile = join(dir, 'owner');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(dir, 'lock.db'));
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(ownerFile, String(process.pid));
    const held = lock;
    return () => held.close();
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw unusable(dir, error);
    throw new StartError(`another server${ownerOf(ownerFile)} is using the data directory ${dir}`, {
      advice: 'Stop that server, or give this one a DATA_DIR of its own.',
      cause: error,
    });
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function unusable(dir: string, error: unknown): StartError {
  const detail = error instanceof Error ? error.message : String(error);
  return new StartError(`cannot use the data directory ${dir}: ${detail}`, {
    advice: 'Give a DATA_DIR that this user may write.',
    cause: error,
  });
}

function ownerOf(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
