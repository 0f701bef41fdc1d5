import { afterAll, beforeAll, describe } from 'vitest';
import { recordsContract } from '../../contract/records-contract.ts';
import { openStore } from '../../kit/redis-store.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';

describe.skipIf(noRedis)('Redis records', () => {
  let redis: RedisServer;
  const stores: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(async () => {
    await Promise.all(stores.map((log) => log.close()));
    await redis.stop();
  });

  recordsContract('Redis', async () => {
    await redis.command('FLUSHALL');
    const { log, records } = await openStore(redis.url);
    stores.push(log);
    return records;
  });
});
