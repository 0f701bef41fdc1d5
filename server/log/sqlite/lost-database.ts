import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { StartError } from '../../start-error.ts';
import { CommitMark } from './commit-mark.ts';

/** Refuses to open a database that is missing or empty while files beside it say that there was one: SQLite would
 *  make a new one, and delete the WAL that may be all that is left (LOG3). @throws StartError */
export function refuseLost(databasePath: string, markPath: string): void {
  if (sizeOf(databasePath) > 0) return;
  const walPath = `${databasePath}-wal`;
  const remains = [
    ...(sizeOf(walPath) > 0 ? [walPath] : []),
    ...(commitsOf(markPath) > 0 ? [markPath] : []),
  ];
  if (remains.length === 0) return;
  const is = existsSync(databasePath) ? 'empty' : 'missing';
  const names = remains.map((path) => basename(path)).join(' and ');
  throw new StartError(`the database ${databasePath} is ${is}, and ${names} tells of one`, {
    advice: `Put it back, or restore a backup; to begin with an empty log, move ${names} away.`,
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function commitsOf(path: string): number {
  // Opening makes one.
  if (!existsSync(path)) return 0;
  const mark = CommitMark.open(path);
  try {
    return mark.read()?.commits ?? 0;
  } finally {
    mark.close();
  }
}
