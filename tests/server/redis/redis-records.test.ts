import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsContract } from '../../contract/records-contract.ts';
import { openStore } from '../../kit/redis-store.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { waitFor } from '../../kit/wait-for.ts';

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

  const create = async () => {
    await redis.command('FLUSHALL');
    const { log, records } = await openStore(redis.url);
    stores.push(log);
    return records;
  };

  recordsContract('Redis', create);

  it('[AUT1] give what was left unfinished for a while to one of those who ask', async () => {
    const records = await create();
    const take = () => records.takeUnfinished?.();
    const write = (room: string, isUnfinished?: boolean) =>
      records.write(`room/chat/${room}`, [{ key: 'room', value: '1' }], isUnfinished);
    await write('left', true);
    await write('done', true);
    await write('done', false);
    await write('plain');
    // Others write there, and say nothing of it.
    await write('left');
    expect(await take()).toEqual([]);
    const taken = await waitFor(async () => {
      const both = (await Promise.all([take(), take()])).flat();
      expect(both).not.toEqual([]);
      return both;
    });
    expect(taken).toEqual(['room/chat/left']);
    expect(await take()).toEqual([]);
    await write('left', false);
    expect(await redis.command('EXISTS', 'trpc-rooms:unfinished')).toBe(0);
  });
});
