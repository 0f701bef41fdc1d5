import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Makes a directory, and what is missing above it; one that is there is left alone.
 *  @throws what `mkdirSync` throws */
export function makeDirectory(dir: string, mode = 0o777): void {
  const failure = tryToMake(dir, mode);
  if (failure === undefined) return;
  const parent = dirname(dir);
  if (!isMissing(failure) || parent === dir) throw failure;
  // Level by level: Node's own `recursive` never returns where a parent that is there says ENOENT (/proc).
  makeDirectory(parent, mode);
  const again = tryToMake(dir, mode);
  if (again !== undefined) throw again;
}

function tryToMake(dir: string, mode: number): unknown {
  try {
    mkdirSync(dir, { mode });
    return undefined;
  } catch (error) {
    return isDirectory(dir) ? undefined : error;
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
