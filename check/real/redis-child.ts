import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { askRedis, killRedis, spawnRedis, untilRedisAnswers } from './redis-process.ts';

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
  /** Takes bytes from the end of what it has written last, while it is down; of what it wrote with `always` none. */
  tear(bytes: number): void;
  /** Starts it again, with the files that it left. */
  start(fsync: Fsync): Promise<void>;
  close(): Promise<void>;
}

/** Starts `redis-server` on a free port of this machine. @throws Error when there is none, or it does not start */
export async function startRedisChild(): Promise<RedisChild> {
  const dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-check-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let fsync: Fsync = 'always';
  let child: ChildProcess | undefined;

  const files = join(dir, 'appendonlydir');
  // What is fsynced no crash takes back: it lies before this.
  let safe: Tail | undefined;

  const start = async (how: Fsync) => {
    if (how === 'everysec' && fsync === 'always') safe = tailOf(files);
    fsync = how;
    child = spawnRedis(url, ['--dir', dir, '--appendonly', 'yes', '--appendfsync', how]);
    await untilRedisAnswers(url, child);
  };
  const kill = async () => {
    const dying = child;
    child = undefined;
    await killRedis(dying);
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
    command: (...words) => askRedis(url, words),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    tear: (bytes) => tearTail(tailOf(files), safe, bytes),
    start,
    close,
  };
}

interface Tail {
  readonly path: string;
  readonly size: number;
}

/** Redis begins another file now and then: the one with the highest number is written to. */
function tailOf(dir: string): Tail | undefined {
  if (!existsSync(dir)) return undefined;
  const numberOf = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? -1);
  const [newest] = readdirSync(dir).toSorted((a, b) => numberOf(b) - numberOf(a));
  if (newest === undefined || numberOf(newest) < 0) return undefined;
  const path = join(dir, newest);
  return { path, size: statSync(path).size };
}

function tearTail(tail: Tail | undefined, safe: Tail | undefined, bytes: number): void {
  if (!tail) return;
  const least = tail.path === safe?.path ? safe.size : 0;
  truncateSync(tail.path, Math.max(least, tail.size - bytes));
}
