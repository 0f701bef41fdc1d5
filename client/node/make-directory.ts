import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a directory, and what is missing above it; one that is there is left alone.
 *  @throws what `mkdir` throws */
export async function makeDirectory(dir: string, mode: number): Promise<void> {
  const failure = await tryToMake(dir, mode);
  if (failure === undefined) return;
  const parent = dirname(dir);
  if (!isMissing(failure) || parent === dir) throw failure;
  // Level by level: Node's own `recursive` never returns where a parent that is there says ENOENT (/proc).
  await makeDirectory(parent, mode);
  const again = await tryToMake(dir, mode);
  if (again !== undefined) throw again;
}

async function tryToMake(dir: string, mode: number): Promise<unknown> {
  try {
    await mkdir(dir, { mode });
    return undefined;
  } catch (error) {
    return (await isDirectory(dir)) ? undefined : error;
  }
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
