import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.ts';

/** Can syncs be made to fail here? It takes strace and the right to trace (as in a container). */
export const canFailSyncs =
  spawnSync('strace', ['-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true']).status === 0;

/** What a process did to one file. */
export type FileCall = 'write' | 'sync' | 'failed sync';

/** Makes the system refuse to sync one file. */
export interface FailingSyncs {
  /** The file works again. Resolves with what was done to it meanwhile, in order. */
  heal(): Promise<readonly FileCall[]>;
}

/** Lets every fsync of a file of a running process fail with EIO, or the first so many of them, as a disk
 *  does that loses a write; `withWrites`: every write to it as well. The file must be open. */
export async function failSyncs(
  pid: number,
  path: string,
  { first, withWrites = false }: { first?: number; withWrites?: boolean } = {},
): Promise<FailingSyncs> {
  const output = join(tempDir(), 'calls');
  const when = first === undefined ? '' : `:when=1..${first}`;
  const failing = withWrites ? 'fsync,fdatasync,pwrite64' : 'fsync,fdatasync';
  const inject = `inject=${failing}:error=EIO${when}`;
  const calls = 'trace=fsync,fdatasync,pwrite64';
  const args = ['-f', '-p', String(pid), '-P', path, '-o', output, '-e', calls, '-e', inject];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => void tracer.once('exit', () => resolve()));
  const heal = async () => {
    tracer.kill('SIGINT');
    await exited;
    return existsSync(output) ? readFileSync(output, 'utf8').split('\n').flatMap(callIn) : [];
  };
  onTestFinished(async () => void (await heal()));
  await new Promise<void>((resolve, reject) => {
    void exited.then(() => reject(new Error('strace could not attach')));
    createInterface({ input: tracer.stderr }).on('line', (line) => {
      if (line.includes('attached')) resolve();
    });
  });
  return { heal };
}

function callIn(line: string): FileCall | [] {
  // A call that another thread's interrupts stands on two lines; the second has the result.
  if (/unfinished/.test(line)) return [];
  if (/pwrite64.* = \d+$/.test(line)) return 'write';
  if (/(fsync|fdatasync).* = 0$/.test(line)) return 'sync';
  return /(fsync|fdatasync).*INJECTED/.test(line) ? 'failed sync' : [];
}
