import { systemClock } from '../../server/clock.ts';
import { PRESENCE_SCRIPTS } from '../../server/presence/redis/presence-scripts.ts';
import { RedisLink } from '../../server/redis/redis-link.ts';
import { RedisPubSub } from '../../server/redis/redis-pubsub.ts';

/** The two connections of a node. */
export interface RedisLinks {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  close(): Promise<void>;
}

/** Connects as a node does, for presence alone. */
export async function redisLinks(url: string): Promise<RedisLinks> {
  const scripts = [...PRESENCE_SCRIPTS];
  const link = await RedisLink.open({ url, clock: systemClock, scripts, onTrouble: () => {} });
  const pubsub = new RedisPubSub({ url, clock: systemClock, onTrouble: () => {} });
  await pubsub.open();
  const close = async () => {
    pubsub.close();
    await link.close();
  };
  return { link, pubsub, close };
}
