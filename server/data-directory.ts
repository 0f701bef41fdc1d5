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
