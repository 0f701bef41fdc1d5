import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempDir } from './kit/temp-dir.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs vitest over these files, and gives the last line that it prints and its exit code. */
function run(files: Readonly<Record<string, string>>) {
  const dir = tempDir();
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(
      join(dir, `${name}.test.ts`),
      `import { afterAll, beforeAll, it } from 'vitest';\n${text}`,
    );
  }
  const { PATH } = process.env;
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      dir,
      '--pool=forks',
      '--reporter=default',
      `--reporter=${join(root, 'tests/count-reporter.ts')}`,
    ],
    { encoding: 'utf8', env: { PATH, NO_COLOR: '1' }, timeout: 60_000 },
  );
  return { status, last: stdout.split('\n').slice(-2) };
}

const pass = `it('passes', () => {});\n`;
const fail = `it('fails', () => { throw new Error('no'); });\n`;

describe('the last line of a run', () => {
  it('counts what passed', () => {
    expect(run({ a: pass, b: pass })).toEqual({ status: 0, last: ['2 passed, 0 failed', ''] });
  });

  it('counts what failed and what was skipped, alone on the line', () => {
    const skip = `it.skip('waits', () => {});\nit.todo('is to come');\n`;
    expect(run({ a: pass + fail + skip })).toEqual({
      status: 1,
      last: ['1 passed, 1 failed, 2 skipped', ''],
    });
  });

  it('counts a file that cannot be loaded, and one whose hooks fail', () => {
    const files = {
      a: pass,
      missing: `import './nowhere.ts';\n${pass}`,
      torn: 'it(',
      before: `beforeAll(() => { throw new Error('no'); });\n`,
      after: `${pass}afterAll(() => { throw new Error('no'); });\n`,
    };
    expect(run(files)).toEqual({ status: 1, last: ['2 passed, 4 failed', ''] });
  });

  it('counts an error that no test caught', () => {
    const astray = `it('lets go', () => { void Promise.reject(new Error('no')); });\n`;
    expect(run({ a: astray })).toEqual({ status: 1, last: ['1 passed, 1 failed', ''] });
  });

  it('stands there when there was nothing to run', () => {
    expect(run({})).toEqual({ status: 1, last: ['0 passed, 0 failed', ''] });
  });
});
