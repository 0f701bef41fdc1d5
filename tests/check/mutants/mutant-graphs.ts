import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { plant, type Mutant } from './mutant.ts';

// A mutant's module graph is that of the sources, of which each has a number behind its address: nothing of
// one graph is in another, and what is installed is loaded once for all of them.
const ROOT = new URL('../../../', import.meta.url).href;
const MARK = '?mutant=';

const mutants: (Mutant | undefined)[] = [];
const stripped = new Map<string, string>();

registerHooks({
  resolve: (specifier, context, next) => {
    const result = next(specifier, context);
    const mark = context.parentURL?.indexOf(MARK) ?? -1;
    if (mark < 0 || result.url.includes(MARK) || !isSource(result.url)) return result;
    return { ...result, url: `${result.url}${context.parentURL?.slice(mark)}` };
  },
  load: (url, context, next) => {
    const [file = '', number] = url.split(MARK);
    if (number === undefined) return next(url, context);
    const source = sourceOf(file, mutants[Number(number)]);
    return { format: 'module', source, shortCircuit: true };
  },
});

/** Loads a module of the sources, and all that it imports, with a bug planted in them. */
export async function importMutated<T>(path: string, mutant: Mutant | undefined): Promise<T> {
  const number = mutants.push(mutant) - 1;
  // The caller knows what the module exports.
  return (await import(`${ROOT}${path}${MARK}${number}`)) as T;
}

function isSource(url: string): boolean {
  return url.startsWith(ROOT) && !url.includes('/node_modules/');
}

function sourceOf(file: string, mutant: Mutant | undefined): string {
  const isHit = mutant !== undefined && file === `${ROOT}${mutant.file}`;
  if (isHit) return stripTypeScriptTypes(plant(readText(file), mutant));
  const known = stripped.get(file) ?? stripTypeScriptTypes(readText(file));
  stripped.set(file, known);
  return known;
}

function readText(file: string): string {
  return readFileSync(fileURLToPath(file), 'utf8');
}
