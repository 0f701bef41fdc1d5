import { afterEach, beforeEach } from 'vitest';
import { redisServer, type RedisServer } from './redis-server.ts';

/** The Redis of the test that runs. */
export interface RedisForEach extends Omit<RedisServer, 'port' | 'stop'> {
  /** Puts an empty one in its place, which is started with these arguments. */
  replace(...args: string[]): Promise<void>;
}

/** Gives each test of a suite a Redis of its own, which ends behind all that the suite ends itself. */
export function redisForEach(): RedisForEach {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await redisServer();
  });
  // Hooks run in the order opposite to that in which they were said.
  afterEach(() => redis.stop());
  return {
    get url() {
      return redis.url;
    },
    command: (...words) => redis.command(...words),
    signal: (signal) => redis.signal(signal),
    kill: () => redis.kill(),
    start: (options) => redis.start(options),
    replace: async (...args) => {
      await redis.stop();
      redis = await redisServer(args);
    },
  };
}
