import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let copy = '';

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

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'trpc-rooms-walls-'));
  for (const name of [
    'shared',
    'client',
    'server',
    'check',
    'tsconfig.base.json',
    'package.json',
  ]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  expect(compile('client')).toEqual({ status: 0, output: '' });
}, 60_000);

afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('the walls between the folders', () => {
  it.each([
    ['client', 'server', `import { createRooms } from '../server/index.ts';\ncreateRooms;\n`],
    ['client', 'server, for types', `export type { Rooms } from '../server/index.ts';\n`],
    ['client', 'node', `import { readFileSync } from 'node:fs';\nreadFileSync;\n`],
    ['server', 'client', `import { createRooms } from '../client/index.ts';\ncreateRooms;\n`],
    ['client', 'check', `export type { Subject } from '../check/index.ts';\n`],
    ['server', 'check', `export type { Subject } from '../check/index.ts';\n`],
    ['shared', 'client', `import { createRooms } from '../client/index.ts';\ncreateRooms;\n`],
    ['shared', 'server', `import { createRooms } from '../server/index.ts';\ncreateRooms;\n`],
    ['shared', 'server, for types', `export type { Rooms } from '../server/index.ts';\n`],
    ['shared', 'node', `import { readFileSync } from 'node:fs';\nreadFileSync;\n`],
    ['shared', 'the browser', `document.title;\n`],
    ['shared', 'timers', `setTimeout(() => {}, 1);\n`],
  ])('let %s not reach %s', (folder, _, intruder) => {
    const { status, output } = compile(folder, intruder);
    expect(output).toContain(`${folder}/intruder.ts`);
    expect(status).not.toBe(0);
  });

  it('let everybody reach shared', () => {
    const visitor = `import { chat } from '../shared/index.ts';\nexport const name: 'chat' = chat.name;\n`;
    for (const folder of ['client', 'server']) {
      expect(compile(folder, visitor).output).not.toContain('intruder');
    }
  });
});
