import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';

/** Why tests of Redis cannot run here, or undefined. */
export const noRedis: string | undefined =
  spawnSync('redis-server', ['--version']).status === 0
    ? undefined
    : 'redis-server is not installed: tests of Redis are skipped (apt-get install redis-server)';

if (noRedis) process.emitWarning(noRedis);

/** A Redis of a test's own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Resolves with the answer of a command. */
  command(...args: string[]): Promise<unknown>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, with the files that it left. `empty`: without them. */
  start(options?: { empty?: boolean }): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** Starts a real `redis-server` on a free port, with its files in a directory of its own. */
export async function redisServer(args: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  let dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-redis-'));
  const dirs = [dir];
  const password = args[args.indexOf('--requirepass') + 1];
  const isLocked = args.includes('--requirepass');
  const url = `redis://${isLocked ? `:${password}@` : ''}127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const command = (...words: string[]) => ask(url, words);

  const start = async ({ empty = false } = {}) => {
    if (empty) dirs.push((dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-redis-'))));
    const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
    child = spawn('redis-server', [...fixed, ...args], { stdio: 'ignore' });
    for (;;) {
      if ((await command('PING').catch(() => undefined)) === 'PONG') return;
      if (child.exitCode !== null) throw new Error(`redis-server ended: ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const kill = async () => {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };
  const stop = async () => {
    await kill();
    for (const one of dirs) rmSync(one, { recursive: true, force: true });
  };
  await start();
  return { url, port, command, signal: (signal) => child?.kill(signal), kill, start, stop };
}

async function ask(url: string, words: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => {});
  await client.connect();
  try {
    return await client.sendCommand([...words]);
  } finally {
    client.destroy();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
