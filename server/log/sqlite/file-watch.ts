import { statSync } from 'node:fs';
import { dirname } from 'node:path';

// A file system may give the same time to all that happens in two seconds.
const COARSEST_MS = 5_000;

/** Notices files of one directory that were deleted or replaced while they are open: what is written then goes to a file
 *  that nobody will ever find again, and nothing says so. Returns the look at them, which throws. As long as nothing
 *  was made, renamed or removed in the directory it looks at that alone. */
export function watchFiles(paths: readonly [string, ...string[]]): () => void {
  const known = paths.map((path) => [path, inodeOf(path)] as const);
  const directory = dirname(paths[0]);
  // Of a directory that has just changed the same time may tell of the next change.
  let settled: number | undefined;
  return () => {
    const changedAt = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt !== undefined && changedAt === settled) return;
    for (const [path, inode] of known) {
      if (inodeOf(path) === inode) continue;
      throw new Error(`${path} was removed or replaced while the server was running; restart it`);
    }
    const isSettled = changedAt !== undefined && Date.now() - changedAt > COARSEST_MS;
    settled = isSettled ? changedAt : undefined;
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
