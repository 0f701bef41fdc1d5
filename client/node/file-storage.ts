import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientStorage } from '../storage/client-storage.ts';
import { makeDirectory } from './make-directory.ts';

/** Keeps texts in a directory, one file each (0600), for clients that run in Node. Made when it is
 *  missing (0700); what cannot be made fails each `put`, which the outbox tells `onStorageError`. Files are replaced
 *  whole: neither a crash nor another process leaves half of one. */
export function fileStorage(dir: string): ClientStorage {
  const fileOf = (name: string) =>
    join(dir, `${createHash('sha256').update(name).digest('hex')}.json`);

  return {
    list: async (prefix) => {
      const files = await readdir(dir).catch(ifMissing([]));
      const own = files.filter((file) => file.endsWith('.json'));
      const pairs = await Promise.all(own.map((file) => readPair(join(dir, file))));
      return pairs.flatMap((pair) => (pair?.[0].startsWith(prefix) ? [pair] : []));
    },
    put: async (name, text) => {
      await makeDirectory(dir, 0o700);
      const part = join(dir, `${randomUUID()}.part`);
      await writeFile(part, JSON.stringify([name, text]), { mode: 0o600, flush: true });
      await rename(part, fileOf(name));
    },
    remove: (name) => rm(fileOf(name), { force: true }),
  };
}

/** A file that is gone by now, or that nobody here has written, is none. */
async function readPair(file: string): Promise<readonly [string, string] | undefined> {
  const text = await readFile(file, 'utf8').catch(ifMissing(''));
  try {
    const [name, kept]: unknown[] = JSON.parse(text);
    return typeof name === 'string' && typeof kept === 'string' ? [name, kept] : undefined;
  } catch {
    return undefined;
  }
}

function ifMissing<T>(instead: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
