import { statSync } from 'node:fs';

/** Notices files that were deleted or replaced while they are open: what is written then goes to a file
 *  that nobody will ever find again, and nothing says so. Returns the look at them, which throws. */
export function watchFiles(paths: readonly string[]): () => void {
  const known = paths.map((path) => [path, inodeOf(path)] as const);
  return () => {
    for (const [path, inode] of known) {
      if (inodeOf(path) === inode) continue;
      throw new Error(`${path} was removed or replaced while the server was running; restart it`);
    }
  };
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
