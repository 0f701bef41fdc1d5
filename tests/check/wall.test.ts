import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const judge = fileURLToPath(new URL('../../check/judge', import.meta.url));

describe('the checker', () => {
  it.each(readdirSync(judge))('imports none of the code under test: %s', (file) => {
    const source = readFileSync(join(judge, file), 'utf8');
    const imports = [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path);
    for (const path of imports) expect(path).toMatch(/^\.\/[a-z-]+\.ts$/);
  });
});

describe('the simulated world', () => {
  const files = ['sim', 'actors', 'judge'].flatMap((folder) => {
    const path = fileURLToPath(new URL(`../../check/${folder}`, import.meta.url));
    return readdirSync(path).map((file) => join(path, file));
  });

  it.each(files)('has no time and no chance but its own: %s', (file) => {
    const source = readFileSync(file, 'utf8');
    const own = file.endsWith('virtual-time.ts') ? /\bsetImmediate\(/g : /(?!)/g;
    const outer =
      /\b(?:Date\.now|Math\.random|performance\.|setTimeout|setInterval|setImmediate|randomUUID|randomBytes)\b/;
    expect(outer.exec(source.replace(own, ''))?.[0]).toBeUndefined();
  });
});
