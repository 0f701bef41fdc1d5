import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { shippedFlags } from './shipped-flags.ts';

const COMMAND = fileURLToPath(new URL('../bin/trpc-rooms.js', import.meta.url));

/** A node in a process of its own, as an operator starts it. */
export interface RoomsNode {
  readonly url: string;
  readonly port: number;
  /** Sends SIGTERM. Resolves when it has ended, with its exit code and how long that took. */
  stop(): Promise<{ code: number | null; exitMs: number }>;
  kill(): void;
}

/** Starts one and waits until it listens. @throws Error when it does not */
export async function startNode(env: Readonly<Record<string, string>>): Promise<RoomsNode> {
  // With the flags of this process, as forks have them.
  const flags = [...process.execArgv, ...shippedFlags()];
  const child = spawn(process.execPath, [...flags, COMMAND, 'serve'], {
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exit = once(child, 'exit').finally(() => process.off('exit', kill));
  const url = await new Promise<string>((resolve, reject) => {
    void exit.then(() => reject(new Error('rooms-node: the server did not start')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /"url":"(http[^"]+)"/.exec(line)?.[1];
      if (found) resolve(found);
    });
  });
  return {
    url,
    port: Number(new URL(url).port),
    kill,
    stop: async () => {
      const begun = performance.now();
      child.kill('SIGTERM');
      await exit;
      return { code: child.exitCode, exitMs: performance.now() - begun };
    },
  };
}
