import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { RedisLink } from '../../../server/redis/redis-link.ts';
import { RedisPubSub } from '../../../server/redis/redis-pubsub.ts';
import { deafProxy, type DeafProxy } from '../../kit/deaf-proxy.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { waitFor } from '../../kit/wait-for.ts';

// No type of the protocol begins so.
const GARBAGE = '@?\r\n';

describe.skipIf(noRedis)('a connection over which something comes that cannot be read', () => {
  let redis: RedisServer;
  let proxy: DeafProxy;
  const undo: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await redisServer();
    proxy = await deafProxy(redis.port);
  });
  afterEach(async () => {
    for (const run of undo.splice(0)) await run();
  });
  afterAll(async () => {
    await proxy.close();
    await redis.stop();
  });

  const connect = async () => {
    const told: (string | undefined)[] = [];
    const onTrouble = (reason: string | undefined) => told.push(reason);
    const parts = { url: proxy.url, clock: systemClock, scripts: [], onTrouble };
    const link = await RedisLink.open(parts);
    undo.push(() => link.close());
    return { link, told };
  };

  it('is left for another, on which commands are done again', async () => {
    const { link, told } = await connect();
    const first = await link.command(['CLIENT', 'ID']);
    proxy.say(GARBAGE);
    await waitFor(() => expect(told).toEqual([expect.stringContaining('Redis')]));
    await waitFor(() => expect(link.failure()).toBeUndefined());
    expect(await link.command(['CLIENT', 'ID'])).not.toBe(first);
    expect(told).toHaveLength(2);
  });

  it('gives no command the answer of another', async () => {
    const { link } = await connect();
    // Redis answers nothing while that lies in its place.
    await redis.command('CLIENT', 'PAUSE', '300', 'ALL');
    const echoes = ['a', 'b', 'c'].map((text) => link.command(['ECHO', text]));
    // The answer to the first of them is spoilt.
    proxy.say(`+spoilt\r\n${GARBAGE}`);
    const answers = await Promise.allSettled(echoes);
    expect(answers.slice(1).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await waitFor(() => expect(link.failure()).toBeUndefined());
    expect(await link.command(['ECHO', 'd'])).toBe('d');
  });

  it('[RES5] is left for another that listens to the same', async () => {
    const told: (string | undefined)[] = [];
    const onTrouble = (reason: string | undefined) => told.push(reason);
    const pubsub = new RedisPubSub({ url: proxy.url, clock: systemClock, onTrouble });
    undo.push(() => pubsub.close());
    await pubsub.open();
    const heard: string[] = [];
    await pubsub.subscribe('c', (message) => heard.push(message)).on;
    let returns = 0;
    pubsub.onReturn(() => (returns += 1));
    proxy.say(GARBAGE);
    await waitFor(() => expect(told.map((reason) => reason === undefined)).toEqual([false]));
    await waitFor(() => expect(returns).toBe(1));
    expect(told.at(-1)).toBeUndefined();
    await redis.command('SPUBLISH', 'c', 'x');
    await waitFor(() => expect(heard).toEqual(['x']));
    await redis.command('SPUBLISH', 'c', 'y');
    await waitFor(() => expect(heard).toEqual(['x', 'y']));
  });
});
