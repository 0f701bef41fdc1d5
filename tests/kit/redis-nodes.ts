import { afterEach } from 'vitest';
import type { Entry, RoomLog } from '../../server/log/room-log.ts';
import type { RedisStore } from '../../server/redis/redis-store.ts';
import { redisForEach } from './redis-for-each.ts';
import { openStore } from './redis-store.ts';
import { ada, general } from './rooms.ts';

/** Where Redis has its events, and where they stand. */
export const LOG = 'trpc-rooms:{chat/general}:log';
export const META = 'trpc-rooms:{chat/general}:meta';

/** Something to append: what a user says in `chat/general`. */
export function entry(text: string, more: Partial<Entry> = {}): Entry {
  const data = JSON.stringify({ json: { text } });
  return { room: general, type: 'message', data, by: ada, at: Date.now(), ...more };
}

/** For the tests of a suite: a Redis of its own for each, and the nodes that it opens, which end with it. */
export function redisNodes() {
  const redis = redisForEach();
  const stores: RedisStore[] = [];
  const node = async (more: Parameters<typeof openStore>[1] = {}) => {
    const store = await openStore(redis.url, more);
    stores.push(store);
    return store;
  };
  afterEach(async () => {
    await Promise.all(stores.splice(0).map(({ log }) => log.close()));
  });
  return { redis, node };
}

/** What a follower hears: `epoch:offset`, and `epoch>head` where the log goes on from somewhere else. */
export async function listen(log: RoomLog) {
  const heard: string[] = [];
  log.follow(general, (events, epoch, head) => {
    if (head !== undefined) heard.push(`${epoch}>${head}`);
    for (const { offset } of events) heard.push(`${epoch}:${offset}`);
  });
  await log.bounds(general);
  return heard;
}
