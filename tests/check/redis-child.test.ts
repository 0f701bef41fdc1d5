import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedisChild } from '../../check/real/redis-child.ts';
import { noRedis } from '../kit/redis-server.ts';

describe.skipIf(noRedis)('the Redis of a run', () => {
  it('loses of its file what it wrote without syncing, and nothing that it had synced', async () => {
    const redis = await startRedisChild();
    onTestFinished(() => redis.close());
    await redis.command('SET', 'synced', '1');
    await redis.kill();
    await redis.start('everysec');
    await redis.command('SET', 'late', '1');
    await redis.kill();
    redis.tear(1024 ** 2);
    await redis.start('always');
    expect(await redis.command('MGET', 'synced', 'late')).toEqual(['1', null]);
  });
});
