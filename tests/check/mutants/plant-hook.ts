import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { plant, type Mutant } from './mutant.ts';

// Preloaded (`--import`) into every process and thread of a run: the one file that the mutant names
// is loaded with the bug in it, and nothing on the disk is touched.
const root = fileURLToPath(new URL('../../..', import.meta.url));
const mutant = JSON.parse(process.env['MUTANT'] ?? 'null') as Mutant | null;

if (mutant) {
  const file = join(root, mutant.file);
  const url = pathToFileURL(file).href;
  registerHooks({
    load: (loaded, context, next) => {
      const result = next(loaded, context);
      if (loaded !== url) return result;
      return { ...result, source: plant(readFileSync(file, 'utf8'), mutant) };
    },
  });
}
