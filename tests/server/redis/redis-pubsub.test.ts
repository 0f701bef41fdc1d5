import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { RedisPubSub } from '../../../server/redis/redis-pubsub.ts';
import { redisForEach } from '../../kit/redis-for-each.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { settle } from '../../kit/settle.ts';
import { waitFor } from '../../kit/wait-for.ts';

const CHANNEL = 'trpc-rooms:{chat/general}:live';

/** A way to Redis that lets only so many bytes through of what it says. */
async function slowWay(url: string) {
  let left = Number.POSITIVE_INFINITY;
  const waiting: Buffer[] = [];
  let pass = () => {};
  const server = createServer((client) => {
    const redis = connect(Number(new URL(url).port), '127.0.0.1');
    for (const one of [client, redis]) one.on('error', () => {});
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
    client.pipe(redis);
    pass = () => {
      const all = Buffer.concat(waiting.splice(0));
      const now = all.subarray(0, Math.min(left, all.length));
      left -= now.length;
      if (now.length > 0) client.write(now);
      if (now.length < all.length) waiting.push(all.subarray(now.length));
    };
    redis.on('data', (bytes) => {
      waiting.push(bytes);
      pass();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const letThrough = (bytes: number) => {
    left = bytes;
    pass();
  };
  const held = () => Buffer.concat(waiting).length;
  return { url: `redis://127.0.0.1:${port}`, held, letThrough };
}

describe.skipIf(noRedis)('the connection that listens', () => {
  const redis = redisForEach();
  const open = async (url: string) => {
    const pubsub = new RedisPubSub({ url, clock: systemClock, onTrouble: () => {} });
    onTestFinished(() => pubsub.close());
    await pubsub.open();
    return pubsub;
  };
  const channels = () => redis.command('PUBSUB', 'SHARDCHANNELS');

  it('[RES5] hears a channel still that somebody else gives up while it is asked for', async () => {
    const way = await slowWay(redis.url);
    const pubsub = await open(way.url);
    const heard: string[] = [];
    way.letThrough(0);
    const first = pubsub.subscribe(CHANNEL, () => {});
    const second = pubsub.subscribe(CHANNEL, (message) => heard.push(message));
    const reply = `>3\r\n$10\r\nssubscribe\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:1\r\n`;
    await waitFor(() => expect(way.held()).toBeGreaterThanOrEqual(reply.length));
    way.letThrough(reply.length);
    await first.on;
    first.close();
    way.letThrough(Number.POSITIVE_INFINITY);
    await second.on;
    await waitFor(async () => {
      await redis.command('SPUBLISH', CHANNEL, 'hi');
      expect(heard).toContain('hi');
    });
  });

  it('[RES5] leaves a channel that was given up just before the connection broke', async () => {
    const pubsub = await open(redis.url);
    const { on, close } = pubsub.subscribe(CHANNEL, () => {});
    await on;
    redis.signal('SIGSTOP');
    close();
    await settle();
    let returns = 0;
    pubsub.onReturn(() => (returns += 1));
    await redis.kill();
    await redis.start();
    await waitFor(() => expect(returns).toBe(1));
    await waitFor(async () => expect(await channels()).toEqual([]));
  });

  it('[RES5] hears a channel that is asked for while it is left', async () => {
    const pubsub = await open(redis.url);
    const heard: string[] = [];
    const first = pubsub.subscribe(CHANNEL, () => {});
    await first.on;
    first.close();
    const second = pubsub.subscribe(CHANNEL, (message) => heard.push(message));
    await second.on;
    await redis.command('SPUBLISH', CHANNEL, 'hi');
    await waitFor(() => expect(heard).toEqual(['hi']));
    second.close();
    await waitFor(async () => expect(await channels()).toEqual([]));
  });
});
