import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../check/real/free-port.ts';
import { compile, filesOf, folderOf, root, runFile } from '../kit/doc-code.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const files = filesOf('README.md');
const run = promisify(execFile);

/** The README's server in a process of its own, when it serves. */
async function runServer(given: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const dir = folderOf(files, port);
  const DATA_DIR = join(dir, 'data');
  const server = runFile(dir, 'server.ts', {
    PORT: String(port),
    DATA_DIR,
    LOG_LEVEL: 'warn',
    ...given,
  });
  await expect.poll(server.text).toContain(`serving http://127.0.0.1:${port}`);
  return { dir, server };
}

describe('README', () => {
  it('has code that runs as it is written', async () => {
    const { dir, server } = await runServer();
    const { text } = runFile(dir, 'client.ts');
    await expect.poll(text).toContain('1 in history');
    expect(text().split('\n').toSorted().join('\n').trim()).toBe(
      ['1 in history', 'Ada: ship it', 'stored, level disk'].join('\n'),
    );
    server.kill('SIGTERM');
    expect(await server.ended).toEqual([0, null]);
  });

  it('has a client that says why it cannot enter', async () => {
    const { dir } = await runServer({ AUTH_SECRET: 'a secret of thirty-two characters' });
    const { ended, text } = runFile(dir, 'client.ts');
    expect(await ended).toEqual([1, null]);
    expect(text()).toContain('Error: guests are off here: set GUESTS=on');
  });

  it('has code that compiles, and whose mistakes do not', async () => {
    const dir = folderOf(files);
    const mistakes = [
      "plans.write({ txt: 'x' });",
      "plans.on('nope', () => {});",
      "plans.publish('archived', { reason: 'x' });",
      "rooms.board.join('plans', {});",
    ];
    const expected = mistakes.map((line) => `// @ts-expect-error\n${line}`).join('\n');
    writeFileSync(join(dir, 'mistakes.ts'), `${files['client.ts'] ?? ''}\n${expected}\n`);
    expect(await compile(dir)).toBe('');
  });

  it('names scripts, files and commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, name] of readme.matchAll(/npm (?:run )?(start|test|bench)\b/g)) {
      expect(scripts).toHaveProperty(String(name));
    }
    for (const [, file] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
      expect(() => readFileSync(join(root, String(file)))).not.toThrow();
    }
  });

  it('compares with the figures that stand in bench/results', async () => {
    // As committed: whoever measures on his own machine has other figures in his working tree.
    const committed = await run('git', ['show', 'HEAD:bench/results/fan-out.json'], { cwd: root });
    const { subjects } = JSON.parse(committed.stdout) as {
      subjects: Record<string, { median: { cpuPerDeliveryUs: number } }>;
    };
    const table = readme.slice(readme.indexOf('## How it compares'));
    for (const { median } of Object.values(subjects)) {
      expect(table).toContain(` ${median.cpuPerDeliveryUs.toFixed(1)} `);
    }
  });

  it('has its test line, and nothing else, in .ci/run', () => {
    const ci = readFileSync(join(root, '.ci/run'), 'utf8');
    expect(readme).toContain('\n    npm ci && npm test\n');
    expect(ci.trim().split('\n').at(-1)).toBe('npm ci && npm test');
  });
});
