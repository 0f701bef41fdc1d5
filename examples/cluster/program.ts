import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program that this one has started. */
export interface Program {
  readonly name: string;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Asks it to end, and kills it after 30 s. Resolves when it has. Safe to call twice. */
  stop(signal: 'SIGTERM' | 'SIGINT'): Promise<void>;
}

const GRACE_MS = 30_000;

/** Starts a program, and shows what it says with its name before it. In a group of its own: Ctrl-C reaches this process
 *  alone, which ends everything in order. */
export function startProgram(
  name: string,
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => console.log(`[${name}] ${line}`));
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      console.error(`[${name}] cannot be started: ${error.message}`);
      resolve();
    });
  });
  return {
    name,
    ended,
    stop: async (signal) => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
