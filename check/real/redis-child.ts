import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { sleep } from './waiting.ts';

/** How safely Redis keeps what it has acknowledged. */
export type Fsync = 'always' | 'everysec';

/** A Redis of a run's own, with its files in a directory that goes with it. */
export interface RedisChild {
  readonly port: number;
  readonly fsync: Fsync;
  /** Resolves with the answer of a command, asked directly. */
  command(...words: string[]): Promise<unknown>;
  /** SIGSTOP, SIGCONT. */
  freeze(): void;
  thaw(): void;
  /** Ends it with SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Takes bytes from the end of what it has written last, while it is down. */
  tear(bytes: number): void;
  /** Starts it again, with the files that it left. */
  start(fsync: Fsync): Promise<void>;
  close(): Promise<void>;
}

const START_MS = 20_000;

/** Starts `redis-server` on a free port of this machine. @throws Error when there is none, or it does not start */
export async function startRedisChild(): Promise<RedisChild> {
  const dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-check-redis-'));
  const port = await freePort();
  let fsync: Fsync = 'always';
  let child: ChildProcess | undefined;
  const command = (...words: string[]) => ask(port, words);

  const start = async (how: Fsync) => {
    fsync = how;
    const files = ['--dir', dir, '--save', '', '--appendonly', 'yes', '--appendfsync', how];
    const address = ['--port', String(port), '--bind', '127.0.0.1'];
    child = spawn('redis-server', [...address, ...files], { stdio: 'ignore' });
    await answering(child, command);
  };
  const kill = async () => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };
  // Whatever ends this process must not leave it behind.
  const killNow = () => void child?.kill('SIGKILL');
  const close = async () => {
    process.removeListener('exit', killNow);
    await kill();
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', killNow);
  try {
    await start('always');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    port,
    get fsync() {
      return fsync;
    },
    command,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    tear: (bytes) => tearTail(join(dir, 'appendonlydir'), bytes),
    start,
    close,
  };
}

async function answering(
  child: ChildProcess,
  command: (...words: string[]) => Promise<unknown>,
): Promise<void> {
  let failure: unknown;
  child.once('error', (error) => (failure = error));
  const deadline = performance.now() + START_MS;
  while ((await command('PING').catch(() => undefined)) !== 'PONG') {
    if (failure !== undefined || child.exitCode !== null || performance.now() > deadline) {
      throw new Error('redis-server did not start (is it installed?)', { cause: failure });
    }
    await sleep(20);
  }
}

/** Redis begins another file now and then: the one with the highest number is written to. */
function tearTail(dir: string, bytes: number): void {
  const numberOf = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? -1);
  const [newest] = readdirSync(dir).toSorted((a, b) => numberOf(b) - numberOf(a));
  if (newest === undefined || numberOf(newest) < 0) return;
  const path = join(dir, newest);
  truncateSync(path, Math.max(0, statSync(path).size - bytes));
}

async function ask(port: number, words: readonly string[]): Promise<unknown> {
  const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: false } });
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
