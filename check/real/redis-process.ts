import { spawn, type ChildProcess } from 'node:child_process';
import { createClient } from '@redis/client';
import { sleep } from './waiting.ts';

const START_MS = 20_000;

/** Starts a `redis-server` for a `redis://` address of this machine. */
export function spawnRedis(url: string, args: readonly string[]): ChildProcess {
  const address = ['--port', new URL(url).port, '--bind', '127.0.0.1', '--save', ''];
  return spawn('redis-server', [...address, ...args], { stdio: 'ignore' });
}

/** Resolves when one that was started answers. @throws Error when there is none, it ends, takes too long, or another
 *  has its port */
export async function untilRedisAnswers(url: string, child: ChildProcess): Promise<void> {
  let failure: unknown;
  child.once('error', (error) => (failure = error));
  const deadline = performance.now() + START_MS;
  while ((await askRedis(url, ['PING']).catch(() => undefined)) !== 'PONG') {
    if (failure !== undefined || child.exitCode !== null || performance.now() > deadline) {
      throw new Error('redis-server did not start (is it installed?)', { cause: failure });
    }
    await sleep(20);
  }
  // A port that was free a moment ago may be that of another run's by now.
  const info = String(await askRedis(url, ['INFO', 'server']));
  if (new RegExp(`^process_id:${child.pid}\\s*$`, 'm').test(info)) return;
  throw new Error(`another redis-server answers at ${url}`, { cause: failure });
}

/** Ends it with SIGKILL. Resolves when it is gone. */
export async function killRedis(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** The answer of a command, over a connection of its own. */
export async function askRedis(url: string, words: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand([...words]);
  } finally {
    client.destroy();
  }
}
