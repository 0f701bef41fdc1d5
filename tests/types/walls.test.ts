import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let copy = '';

function copyOf(name: string): void {
  copyFileSync(join(root, name), join(copy, name));
}

/** Compiles a folder of the copy, with one more file in it if given. */
function compile(folder: string, intruder?: string): { status: number | null; output: string } {
  const file = join(copy, folder, 'intruder.ts');
  if (intruder !== undefined) writeFileSync(file, intruder);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b', folder], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 60_000,
  });
  rmSync(file, { force: true });
  return { status, output: stdout };
}

// The walls stand in the folders' own tsconfig.json. One file stands in for what a folder holds: whether a wall
// holds does not depend on how much is behind it, and compiling all of it for each case takes a minute.
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'trpc-rooms-walls-'));
  for (const name of ['tsconfig.base.json', 'package.json']) copyOf(name);
  for (const folder of ['shared', 'client', 'server', 'check', 'web']) {
    mkdirSync(join(copy, folder));
    copyOf(`${folder}/tsconfig.json`);
    writeFileSync(
      join(copy, folder, 'index.ts'),
      `export const name = '${folder}';\nexport type Name = typeof name;\n`,
    );
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the walls between the folders', () => {
  it.each([
    ['client', 'server', `import { name } from '../server/index.ts';\nname;\n`],
    ['client', 'server, for types', `export type { Name } from '../server/index.ts';\n`],
    ['client', 'node', `import { readFileSync } from 'node:fs';\nreadFileSync;\n`],
    ['server', 'client', `import { name } from '../client/index.ts';\nname;\n`],
    ['client', 'check', `export type { Name } from '../check/index.ts';\n`],
    ['server', 'check', `export type { Name } from '../check/index.ts';\n`],
    ['shared', 'client', `import { name } from '../client/index.ts';\nname;\n`],
    ['shared', 'server', `import { name } from '../server/index.ts';\nname;\n`],
    ['shared', 'server, for types', `export type { Name } from '../server/index.ts';\n`],
    ['shared', 'node', `import { readFileSync } from 'node:fs';\nreadFileSync;\n`],
    ['shared', 'the browser', `document.title;\n`],
    ['shared', 'timers', `setTimeout(() => {}, 1);\n`],
    ['web', 'server', `import { name } from '../server/index.ts';\nname;\n`],
    ['web', 'server, for types', `export type { Name } from '../server/index.ts';\n`],
  ])('let %s not reach %s', (folder, _, intruder) => {
    const { status, output } = compile(folder, intruder);
    expect(output).toContain(`${folder}/intruder.ts`);
    expect(status).not.toBe(0);
  });

  it.each(['client', 'server', 'check', 'web'])('let %s reach shared', (folder) => {
    const visitor = `import { name } from '../shared/index.ts';\nexport const seen: 'shared' = name;\n`;
    expect(compile(folder, visitor)).toEqual({ status: 0, output: '' });
  });

  it('let web reach the client', () => {
    const visitor = `export type { Name } from '../client/index.ts';\n`;
    expect(compile('web', visitor)).toEqual({ status: 0, output: '' });
  });
});
