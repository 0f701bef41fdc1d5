import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../bin/trpc-rooms.js', import.meta.url));

/** A server in a process of its own, started as an operator starts it. */
export interface ServerProcess {
  readonly url: string;
  readonly socketUrl: string;
  readonly port: number;
  readonly pid: number;
  /** Sends a signal. Resolves with the exit code, or with the signal that ended it. */
  stop(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | string>;
  /** What it has logged so far. */
  readonly log: readonly string[];
}

/** Starts `trpc-rooms serve` and waits until it listens. It is killed with the test. `under`: a command
 *  that becomes the one that is given to it (`prlimit --fsize=1000:`). */
export async function serverProcess(
  env: Readonly<Record<string, string>>,
  { under = [] }: { under?: readonly string[] } = {},
): Promise<ServerProcess> {
  const [program, ...args] = [...under, process.execPath, COMMAND, 'serve'];
  const child = spawn(program, args, {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = exitOf(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    void exited.then(() => reject(new Error(`the server did not start:\n${log.join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const found = /"url":"(http[^"]+)"/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    url,
    socketUrl: `${url.replace(/^http/, 'ws')}/trpc`,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    log,
    stop: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}
