import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The files that a document shows, by the names that it gives them. */
export function filesOf(document: string): Record<string, string> {
  const text = readFileSync(join(root, document), 'utf8');
  const blocks = text.matchAll(/<!-- file: (\S+) -->\n+```ts\n(.*?)```/gs);
  return Object.fromEntries([...blocks].map(([, name, code]) => [name, code ?? '']));
}

/** A folder with these files, within the package, where `trpc-rooms/…` means what is built. `port`: the one that stands
 *  for the documents' 3000. */
export function folderOf(files: Readonly<Record<string, string>>, port = 3000): string {
  const parent = join(root, '.build');
  mkdirSync(parent, { recursive: true });
  const dir = mkdtempSync(join(parent, 'document-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, code] of Object.entries(files)) {
    writeFileSync(join(dir, name), code.replaceAll(':3000/', `:${port}/`));
  }
  return dir;
}

/** Runs a file there. It is killed with the test. */
export function runFile(dir: string, file: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [file], { cwd: dir, env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    /** What it has printed so far. */
    text: () => text,
    /** Its exit code and signal. */
    ended: once(child, 'close'),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  };
}

/** What the compiler says of all files there. */
export async function compile(dir: string): Promise<string> {
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
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', dir]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}
