import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const dir = fileURLToPath(new URL('../../web', import.meta.url));
const sources = readdirSync(dir, { recursive: true })
  .map(String)
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('vite.config.ts'));

describe('the page', () => {
  it('is built from what any team gets: the public names of the package, React and a list', () => {
    const names = new Set<string>();
    for (const source of sources) {
      const text = readFileSync(`${dir}/${source}`, 'utf8');
      for (const [, name = ''] of text.matchAll(/(?:from|import) '([^']+)'/g)) names.add(name);
    }
    const others = [...names].filter((name) => !name.startsWith('./'));
    expect(others.toSorted()).toEqual([
      'react',
      'react-dom/client',
      'react-virtuoso',
      'trpc-rooms/client',
      'trpc-rooms/react',
      'trpc-rooms/shared',
    ]);
  });
});
