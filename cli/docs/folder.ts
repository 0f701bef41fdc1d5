import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Documents } from '../../server/index.ts';
import { makeDirectory } from '../../server/make-directory.ts';
import { CliError } from '../failure.ts';

/** How a folder differs from what should be in it. */
export interface Difference {
  readonly file: string;
  /** `missing`: it is not there. `changed`: it says something else. `stale`: it is of a kind that is no more. */
  readonly is: 'missing' | 'changed' | 'stale';
}

// Pages of kinds come and go with them; what else lies in the folder is not ours.
const OF_KINDS = /^(?:kind|events|rest)-[A-Za-z0-9]+\.html$/;

/** Compares a folder with documents. @throws CliError for a folder that cannot be read */
export function differences(dir: string, documents: Documents): Difference[] {
  const names = documents.names();
  const present = new Set(listed(dir));
  const wrong = names.flatMap((file): Difference[] => {
    if (!present.has(file)) return [{ file, is: 'missing' }];
    const isSame =
      attempt(dir, () => readFileSync(join(dir, file), 'utf8')) === textOf(documents, file);
    return isSame ? [] : [{ file, is: 'changed' }];
  });
  const stale = [...present].filter((file) => OF_KINDS.test(file) && !names.includes(file));
  return [...wrong, ...stale.map((file) => ({ file, is: 'stale' as const }))];
}

/** Makes a folder say what documents say. Gives what was different. @throws CliError */
export function writeDocuments(dir: string, documents: Documents): Difference[] {
  attempt(dir, () => makeDirectory(dir));
  const changes = differences(dir, documents);
  for (const { file, is } of changes) {
    attempt(dir, () => {
      if (is === 'stale') rmSync(join(dir, file));
      else writeFileSync(join(dir, file), textOf(documents, file));
    });
  }
  return changes;
}

function listed(dir: string): string[] {
  return attempt(dir, () => {
    try {
      return readdirSync(dir);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

function textOf(documents: Documents, file: string): string {
  return documents.file(file)?.text ?? '';
}

function attempt<T>(dir: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(`cannot use ${dir}: ${message}`, {
      advice: 'Give a folder that this user may read and write.',
      cause: error,
    });
  }
}
