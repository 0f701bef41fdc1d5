import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataDirectory } from '../data-directory.ts';
import { StartError } from '../start-error.ts';

/** The secret of development mode: kept in the data directory (0600), so that guests outlive a
 *  restart. Made when it is not there; without a directory, made anew each time.
 *  @throws StartError when it cannot be read or made. */
export function developmentSecret(dir: string | null): string {
  if (dir === null) return newSecret();
  const file = fileIn(dir);
  const known = readIfThere(file);
  if (known !== undefined && known.length >= 32) return known;
  const secret = newSecret();
  makeDataDirectory(dir);
  try {
    writeFileSync(file, secret, { mode: 0o600 });
  } catch (error) {
    throw cannot('keep', file, error);
  }
  return secret;
}

/** The secret of development mode if a server has made one in `dir`. @throws StartError */
export function findDevelopmentSecret(dir: string): string | undefined {
  return readIfThere(fileIn(dir));
}

function fileIn(dir: string): string {
  return join(dir, 'development-secret');
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw cannot('read', file, error);
  }
}

function cannot(verb: string, file: string, error: unknown): StartError {
  const detail = error instanceof Error ? error.message : String(error);
  return new StartError(`cannot ${verb} the development secret ${file}: ${detail}`, {
    advice: 'Give a DATA_DIR that this user may read and write, or set AUTH_SECRET.',
    cause: error,
  });
}
