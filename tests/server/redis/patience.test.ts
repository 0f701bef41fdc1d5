import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { RedisLink } from '../../../server/redis/redis-link.ts';
import { noRedis, redisServer } from '../../kit/redis-server.ts';

const PATIENCE_MS = 250;

/** Holds the event loop up, as a large piece of work does. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe.skipIf(noRedis)('the patience with Redis', () => {
  it('is not at its end where an answer came in time and was not read', async () => {
    const redis = await redisServer([]);
    onTestFinished(() => redis.stop());
    const told: (string | undefined)[] = [];
    const link = await RedisLink.open({
      url: redis.url,
      clock: systemClock,
      scripts: [],
      onTrouble: (reason) => told.push(reason),
      patienceMs: PATIENCE_MS,
    });
    onTestFinished(() => link.close());
    const count = link.command(['INCR', 'n']);
    // Right after the client has sent what it has, which it does once a turn.
    setImmediate(() => stall(2 * PATIENCE_MS));
    expect(await count).toBe(1);
    expect(await link.command(['INCR', 'n'])).toBe(2);
    expect(told).toEqual([]);
  });
});
