import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../check/real/free-port.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const run = promisify(execFile);

/** The README's files, by the names that it gives them. */
function readmeFiles(): Record<string, string> {
  const blocks = readme.matchAll(/<!-- file: (\S+) -->\n+```ts\n(.*?)```/gs);
  return Object.fromEntries([...blocks].map(([, name, code]) => [name, code ?? '']));
}

/** A folder within the package, where `trpc-rooms/…` means what is built. */
function workDir(): string {
  const parent = join(root, '.build');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, 'readme-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The README's server in a process of its own, which ends with the test. */
async function runServer(given: Readonly<Record<string, string>> = {}) {
  const dir = workDir();
  const port = await freePort();
  for (const [name, code] of Object.entries(readmeFiles())) {
    writeFileSync(join(dir, name), code.replaceAll(':3000/', `:${port}/`));
  }
  const DATA_DIR = join(dir, 'data');
  const env = { ...process.env, PORT: String(port), DATA_DIR, LOG_LEVEL: 'warn', ...given };
  const server = spawn(process.execPath, ['server.ts'], { cwd: dir, env });
  onTestFinished(() => void server.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(`serving http://127.0.0.1:${port}`)) resolve();
    });
    server.once('exit', () => reject(new Error('the server of the README has ended')));
  });
  return { dir, env, server };
}

/** The README's client, likewise, and what it has printed so far. */
function runClient({ dir, env }: Awaited<ReturnType<typeof runServer>>) {
  const client = spawn(process.execPath, ['client.ts'], { cwd: dir, env });
  onTestFinished(() => void client.kill('SIGKILL'));
  let text = '';
  client.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  client.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { ended: once(client, 'close'), text: () => text };
}

describe('README', () => {
  it('has code that runs as it is written', async () => {
    const running = await runServer();
    const { text } = runClient(running);
    await expect.poll(text, { timeout: 10_000 }).toContain('1 in history');
    expect(text().split('\n').toSorted().join('\n').trim()).toBe(
      ['1 in history', 'Ada: ship it', 'stored, level disk'].join('\n'),
    );
    const ended = once(running.server, 'exit');
    running.server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('has a client that says why it cannot enter', async () => {
    const running = await runServer({ AUTH_SECRET: 'a secret of thirty-two characters' });
    const { ended, text } = runClient(running);
    expect(await ended).toEqual([1, null]);
    expect(text()).toContain('Error: guests are off here: set GUESTS=on');
  });

  it('has code that compiles, and whose mistakes do not', async () => {
    const dir = workDir();
    for (const [name, code] of Object.entries(readmeFiles())) writeFileSync(join(dir, name), code);
    const mistakes = [
      "plans.write({ txt: 'x' });",
      "plans.on('nope', () => {});",
      "plans.publish('archived', { reason: 'x' });",
      "rooms.board.join('plans', {});",
    ];
    const client = readmeFiles()['client.ts'] ?? '';
    const expected = mistakes.map((line) => `// @ts-expect-error\n${line}`).join('\n');
    writeFileSync(join(dir, 'mistakes.ts'), `${client}\n${expected}\n`);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      types: ['node'],
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    };
    writeFileSync(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['*.ts'] }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', dir]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
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
