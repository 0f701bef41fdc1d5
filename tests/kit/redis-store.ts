import { systemClock } from '../../server/clock.ts';
import {
  createRedisStore,
  type RedisStore,
  type RedisStoreOptions,
} from '../../server/redis/redis-store.ts';
import { retention } from '../contract/room-log-contract.ts';

/** A store on a Redis, as a node opens it. */
export function openStore(url: string, more: Partial<RedisStoreOptions> = {}): Promise<RedisStore> {
  return createRedisStore({
    url,
    retention,
    clock: systemClock,
    onDamage: () => {},
    onTrouble: () => {},
    onError: () => {},
    ...more,
  });
}
