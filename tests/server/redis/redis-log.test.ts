import { afterAll, beforeAll, describe } from 'vitest';
import { logChangesContract } from '../../contract/log-changes-contract.ts';
import { logWitnessContract } from '../../contract/log-witness-contract.ts';
import { roomLogContract } from '../../contract/room-log-contract.ts';
import { openStore } from '../../kit/redis-store.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';

describe.skipIf(noRedis)('Redis log', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());

  const create = async () => {
    await redis.command('FLUSHALL');
    return (await openStore(redis.url)).log;
  };
  roomLogContract('Redis', 'redis', create);
  logChangesContract('Redis', create);
  logWitnessContract('Redis', create);
});
