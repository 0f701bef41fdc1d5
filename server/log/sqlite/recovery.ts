import type { DatabaseSync } from 'node:sqlite';
import type { CommitMark, Mark } from './commit-mark.ts';
import { newName } from '../new-name.ts';
import { readMeta } from './meta.ts';

/** Why events may be missing, though the database itself reads well (LOG3). */
export type Damage =
  | { readonly kind: 'behind-mark'; readonly lostCommits: number }
  | { readonly kind: 'no-mark' }
  | { readonly kind: 'other-database' };

/** What the database says of itself at start. */
export interface Found {
  readonly databaseId: string;
  readonly commits: number;
}

/** Compares the database with the mark beside it. Undefined when nothing is missing: a database
 *  ahead of its mark was cut off after COMMIT and before any ack. */
export function judge(found: Found, mark: Mark | undefined): Damage | undefined {
  if (!mark) return found.commits > 0 ? { kind: 'no-mark' } : undefined;
  if (mark.databaseId !== found.databaseId) return { kind: 'other-database' };
  const lostCommits = mark.commits - found.commits;
  return lostCommits > 0 ? { kind: 'behind-mark', lostCommits } : undefined;
}

/** Reconciles database and mark, and returns the epoch to serve under: a new one after damage. */
export function recover(
  db: DatabaseSync,
  mark: CommitMark,
): { databaseId: string; epoch: string; damage: Damage | undefined } {
  const { databaseId, commits: reached, ...meta } = readMeta(db);
  const found = { databaseId, commits: reached };
  const known = mark.read();
  const damage = judge(found, known);
  if (!damage) {
    if (!known || known.commits < found.commits) settle(db, mark, found);
    return { databaseId, epoch: meta.epoch, damage };
  }
  const epoch = newName();
  // Past both counters: the old mark must not look newer than what is written from now on.
  const commits = Math.max(found.commits, known?.commits ?? 0) + 1;
  const put = db.prepare('UPDATE meta SET value = ? WHERE name = ?');
  db.exec('BEGIN IMMEDIATE');
  put.run(epoch, 'epoch');
  put.run(commits, 'commits');
  db.exec('COMMIT');
  mark.reset({ databaseId, commits });
  return { databaseId, epoch, damage };
}

/** What was committed and not marked is made sure before it is served: a commit of its own syncs the
 *  WAL that may still be in the system's memory alone, and the mark catches up. */
function settle(db: DatabaseSync, mark: CommitMark, found: Found): void {
  const commits = found.commits + 1;
  db.prepare("UPDATE meta SET value = ? WHERE name = 'commits'").run(commits);
  mark.reset({ databaseId: found.databaseId, commits });
}

/** A line for the operator. */
export function describeDamage(damage: Damage): string {
  switch (damage.kind) {
    case 'behind-mark':
      return `the log lost its last ${damage.lostCommits} commits`;
    case 'no-mark':
      return 'the commit mark beside the log is missing or unreadable, so a loss cannot be ruled out';
    case 'other-database':
      return 'the commit mark beside the log belongs to another database';
  }
}
