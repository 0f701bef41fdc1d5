import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../kit/temp-dir.ts';
import { runCli, startCli } from './run-cli.ts';

const CONTRACT = fileURLToPath(new URL('../kit/described.ts', import.meta.url));
const SHARED = new URL('../../shared/index.ts', import.meta.url).href;
const ZOD = import.meta.resolve('zod');

/** A contract of a team, as a module. */
function contractFile(events: string): string {
  const file = join(tempDir(), 'contract.ts');
  writeFileSync(
    file,
    `import { z } from '${ZOD}';\nimport { defineRoom, durable } from '${SHARED}';\n` +
      `export const tasks = defineRoom('tasks', { events: { ${events} } });\nexport const other: number = 7;\n`,
  );
  return file;
}

const added = `added: durable(z.object({ title: z.string() }), { publish: 'client' })`;

describe('docs', () => {
  it('writes pages and documents of a contract, and finds nothing to change then', async () => {
    const out = join(tempDir(), 'site');
    const command = ['docs', '--out', out, '--contract', CONTRACT, '--title', 'Acme'];
    expect(await runCli(command)).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('<title>Guide · Acme</title>');
    expect(readFileSync(join(out, 'kind-board.html'), 'utf8')).toContain('board.write');
    const { info } = JSON.parse(readFileSync(join(out, 'openapi.json'), 'utf8'));
    expect(info).toMatchObject({ title: 'Acme', version: '1.0.0' });
    expect(await runCli([...command, '--check'])).toMatchObject({ code: 0 });
    expect((await runCli([...command, '--json'])).stdout).toMatch(/"changes":\[\]/);
  });

  it('--check fails and names what is missing, changed or stale, and writes nothing', async () => {
    const out = tempDir();
    await runCli(['docs', '--out', out]);
    writeFileSync(join(out, 'limits.html'), 'none');
    writeFileSync(join(out, 'kind-gone.html'), 'gone');
    writeFileSync(join(out, 'CNAME'), 'ours');
    const checked = await runCli(['docs', '--out', out, '--check']);
    expect(checked).toMatchObject({ code: 1, stderr: '' });
    expect(checked.stdout).toMatch(/changed +limits\.html\n +stale +kind-gone\.html\n$/);
    expect(readFileSync(join(out, 'limits.html'), 'utf8')).toBe('none');
    expect(await runCli(['docs', '--out', out])).toMatchObject({ code: 0 });
    expect(existsSync(join(out, 'kind-gone.html'))).toBe(false);
    expect(readFileSync(join(out, 'CNAME'), 'utf8')).toBe('ours');
    const nowhere = join(out, 'nowhere');
    expect(await runCli(['docs', '--out', nowhere, '--check'])).toMatchObject({ code: 1 });
    expect(existsSync(nowhere)).toBe(false);
  });

  it('says which events a contract leaves undescribed, and documents them all the same', async () => {
    const out = tempDir();
    const contract = contractFile(added);
    const { code, stderr } = await runCli(['docs', '--out', out, '--contract', contract]);
    expect([code, stderr]).toEqual([0, expect.stringContaining(': tasks.added\n')]);
    expect(readFileSync(join(out, 'events-tasks.html'), 'utf8')).toContain('<code>title</code>');
  });

  it('fails when the contract ends the process', async () => {
    const contract = join(tempDir(), 'contract.ts');
    writeFileSync(contract, 'process.exit(0);');
    const argv = ['docs', '--out', tempDir(), '--contract', contract, '--check'];
    const { code, stdout, stderr } = await startCli(argv).result;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`error: ${contract} ends the process`);
  });

  it('explains what it cannot use', async () => {
    const out = tempDir();
    const text = join(out, 'a.txt');
    writeFileSync(text, 'x');
    const cases = [
      [['docs'], 2, 'needs --out'],
      [['docs', '--out', out, '--contract', join(out, 'none.ts')], 1, 'cannot import'],
      [
        ['docs', '--out', out, '--contract', ZOD.slice('file://'.length)],
        2,
        'exports no room kind',
      ],
      [['docs', '--out', text], 1, 'cannot use'],
      [['docs', '--out', join(text, 'below')], 1, 'cannot use'],
    ] as const;
    for (const [argv, code, says] of cases) {
      const result = await runCli(argv);
      expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(says)]);
      expect(result.stderr).not.toMatch(/\n +at /);
    }
  });
});
