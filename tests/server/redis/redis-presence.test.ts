import { afterAll, beforeAll, describe } from 'vitest';
import type { Clock } from '../../../server/clock.ts';
import type { Presence } from '../../../server/presence/presence.ts';
import { occupiedContract } from '../../contract/occupied-contract.ts';
import { presenceContract } from '../../contract/presence-contract.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { redisLinks, type RedisLinks } from '../../kit/redis-links.ts';
import { RedisPresence } from '../../../server/presence/redis/redis-presence.ts';

describe.skipIf(noRedis)('Redis presence', () => {
  let redis: RedisServer;
  let links: RedisLinks;
  let last: Presence | undefined;
  beforeAll(async () => {
    redis = await redisServer();
    links = await redisLinks(redis.url);
  });
  afterAll(async () => {
    await last?.close();
    await links.close();
    await redis.stop();
  });

  const create = async (clock: Clock) => {
    await last?.close();
    await links.link.command(['FLUSHALL']);
    last = new RedisPresence({ ...links, clock });
    return last;
  };
  presenceContract('Redis', create, { runs: 100 });
  occupiedContract('Redis', create);
});
