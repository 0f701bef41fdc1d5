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
