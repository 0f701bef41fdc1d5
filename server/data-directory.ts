import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { makeDirectory } from './make-directory.ts';
import { StartError } from './start-error.ts';

/** Makes the data directory (0700) unless it is there. @throws StartError when it cannot be made */
export function makeDataDirectory(dir: string): void {
  try {
    makeDirectory(dir, 0o700);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new StartError(`cannot create the data directory ${dir}: ${detail}`, {
      advice: 'Give a DATA_DIR that can be made and written.',
      cause: error,
    });
  }
}

// Whoever writes another file into the directory adds its name.
const OWN =
  /^(log\.(db(-wal|-shm|\.restoring)?|mark)|lock\.db(-journal)?|owner|seats\.json|development-secret)$/i;

/** Is this the path of a file that a server keeps in its data directory? */
export function isOwnFile(dir: string, file: string): boolean {
  return OWN.test(basename(file)) && realpathSync(dirname(file)) === realpathSync(dir);
}
