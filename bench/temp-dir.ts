import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a directory for as long as `use` runs; it is removed however that ends. */
export async function withTempDir<T>(base: string, use: (dir: string) => Promise<T>): Promise<T> {
  mkdirSync(base, { recursive: true });
  const dir = mkdtempSync(join(base, 'trpc-rooms-bench-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  // For an end by Ctrl-C, where no `finally` runs.
  process.once('exit', remove);
  try {
    return await use(dir);
  } finally {
    process.off('exit', remove);
    remove();
  }
}
