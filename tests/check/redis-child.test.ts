import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedisChild } from '../../check/real/redis-child.ts';
import { killRedis, spawnRedis, untilRedisAnswers } from '../../check/real/redis-process.ts';
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

  it("is its own: another one's that has its port is taken for none", async () => {
    const other = await startRedisChild();
    const url = `redis://127.0.0.1:${other.port}`;
    const late = spawnRedis(url, []);
    onTestFinished(async () => {
      await killRedis(late);
      await other.close();
    });
    await expect(untilRedisAnswers(url, late)).rejects.toThrow('another redis-server answers');
  });
});
