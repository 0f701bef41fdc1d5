import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const server = fileURLToPath(new URL('../../server', import.meta.url));

/** What names a form of log, records, bus or presence. */
const FORM = /from '[^']*\/((?:memory|sqlite|redis)-[^'/]*)\.ts'|import\('([^']*\/redis-[^']*)'\)/g;
const isForm = (path: string) =>
  /^(memory|sqlite|redis)-/.test(basename(path)) || /(^|\/)(sqlite|redis)$/.test(dirname(path));

describe('the server', () => {
  it('names its implementations in create-rooms.ts alone', () => {
    const namers = globSync('**/*.ts', { cwd: server })
      .filter((path) => !isForm(path))
      // Their types may be told to whoever sets options; what makes them may not.
      .filter((path) => {
        const code = readFileSync(`${server}/${path}`, 'utf8');
        return [...code.replaceAll(/import type [^;]*;/g, '').matchAll(FORM)].length > 0;
      });
    expect(namers).toEqual(['create-rooms.ts']);
  });
});
