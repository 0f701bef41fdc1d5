import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../check/real/free-port.ts';
import {
  askRedis,
  killRedis,
  spawnRedis,
  untilRedisAnswers,
} from '../../check/real/redis-process.ts';

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

  const start = async ({ empty = false } = {}) => {
    if (empty) dirs.push((dir = mkdtempSync(join(tmpdir(), 'trpc-rooms-redis-'))));
    child = spawnRedis(url, ['--dir', dir, ...args]);
    await untilRedisAnswers(url, child);
  };
  const kill = () => killRedis(child);
  const stop = async () => {
    await kill();
    for (const one of dirs) rmSync(one, { recursive: true, force: true });
  };
  await start();
  return {
    url,
    port,
    command: (...words) => askRedis(url, words),
    signal: (signal) => child?.kill(signal),
    kill,
    start,
    stop,
  };
}
