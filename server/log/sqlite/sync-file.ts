import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes a file, or the entries of a directory, durable. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
