import { redisServer } from '../tests/kit/redis-server.ts';
import { startRooms } from './rooms-server.ts';
import type { ServerOptions, SubjectServer } from './subject-server.ts';

/** The ready server over Redis: the one that is named, or one of its own, that keeps nothing on the disk. */
export async function startRedisRooms(options: ServerOptions): Promise<SubjectServer> {
  const { redisUrl } = options;
  if (redisUrl !== undefined) return startRooms(options);
  const redis = await redisServer();
  process.once('exit', () => redis.signal('SIGKILL'));
  const server = await startRooms({ ...options, redisUrl: redis.url });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await redis.stop();
    },
  };
}
