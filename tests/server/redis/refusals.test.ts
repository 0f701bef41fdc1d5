import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import { RedisLink } from '../../../server/redis/redis-link.ts';
import { RedisPubSub } from '../../../server/redis/redis-pubsub.ts';
import { script } from '../../../server/redis/script.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { openStore } from '../../kit/redis-store.ts';
import { waitFor } from '../../kit/wait-for.ts';

const WRITE = script(`return redis.call('SET', KEYS[1], ARGV[1])`);
const READ = script(`return redis.call('GET', KEYS[1])`);

describe.skipIf(noRedis)('a Redis that answers with errors for a while', () => {
  let redis: RedisServer;
  const undo: (() => unknown)[] = [];
  const start = async (...args: string[]) => {
    redis = await redisServer(args);
  };
  /** A connection for commands, and what was told of it. */
  const connect = async (patienceMs?: number) => {
    const told: (string | undefined)[] = [];
    const link = await RedisLink.open({
      url: redis.url,
      clock: systemClock,
      scripts: [WRITE, READ],
      onTrouble: (reason) => told.push(reason),
      ...(patienceMs !== undefined && { patienceMs }),
    });
    undo.push(() => link.close());
    return { link, told, id: await link.command(['CLIENT', 'ID']) };
  };
  /** A connection that listens, and what was told of it. */
  const listen = async () => {
    const told: (string | undefined)[] = [];
    const onTrouble = (reason: string | undefined) => told.push(reason);
    const pubsub = new RedisPubSub({ url: redis.url, clock: systemClock, onTrouble });
    undo.push(() => pubsub.close());
    await pubsub.open();
    return { pubsub, told };
  };
  /** Runs a script without an end until it is killed. */
  const occupy = () => {
    const running = redis.command('EVAL', 'while true do end', '0').catch(() => {});
    return async () => {
      await redis.command('SCRIPT', 'KILL');
      await running;
    };
  };
  afterEach(async () => {
    for (const run of undo.splice(0)) await run();
    await redis.stop();
  });

  it('keeps its connections when it cannot save, and is told of as long as it refuses PING', async () => {
    await start('--save', '3600 1000');
    const { link, told, id } = await connect();
    const { pubsub, told: deaf } = await listen();
    const { dir } = (await redis.command('CONFIG', 'GET', 'dir')) as { dir: string };
    rmSync(dir, { recursive: true });
    await redis.command('BGSAVE');
    await waitFor(() => expect(link.failure()).toMatch(/^Redis refuses to write: MISCONF/));
    // It goes on with what it does not refuse, and that says nothing of the rest.
    expect(await link.run(READ, ['k'], [])).toBeNull();
    await expect(link.run(WRITE, ['k'], ['1'])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(link.failure()).toContain('MISCONF');
    const heard: string[] = [];
    await pubsub.subscribe('c', (message) => heard.push(message)).on;
    await redis.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no');
    expect(await link.run(WRITE, ['k'], ['1'])).toBe('OK');
    await waitFor(() => expect(link.failure()).toBeUndefined());
    expect(await link.command(['CLIENT', 'ID'])).toBe(id);
    expect(told.map((reason) => reason === undefined)).toEqual([false, true]);
    await redis.command('SPUBLISH', 'c', 'x');
    await waitFor(() => expect(heard).toEqual(['x']));
    expect(deaf).toEqual([]);
  });

  it('is used again when a long script is over', async () => {
    await start('--busy-reply-threshold', '100');
    const { link, id } = await connect();
    const free = occupy();
    await waitFor(() => expect(link.failure()).toContain('BUSY'));
    await free();
    expect(await link.command(['CLIENT', 'ID'])).toBe(id);
    await waitFor(() => expect(link.failure()).toBeUndefined());
  });

  it('is asked again when what came too late was an error', async () => {
    await start('--busy-reply-threshold', '1500');
    const { link, told, id } = await connect(500);
    const free = occupy();
    await waitFor(async () => {
      await expect(link.command(['GET', 'k'])).rejects.toThrow('does not answer in time');
    });
    await waitFor(() => expect(told.at(-1)).toContain('BUSY'));
    await free();
    expect(await link.command(['CLIENT', 'ID'])).toBe(id);
    expect(await link.run(WRITE, ['k'], ['1'])).toBe('OK');
    await waitFor(() => expect(link.failure()).toBeUndefined());
  });

  it('is asked again to subscribe on the same connection, until that is wanted no more', async () => {
    await start();
    const { pubsub, told } = await listen();
    await redis.command('ACL', 'SETUSER', 'default', 'resetchannels');
    const heard: string[] = [];
    const wanted = pubsub.subscribe('c', (message) => heard.push(message));
    const unwanted = pubsub.subscribe('d', () => {});
    await Promise.all([wanted.on, unwanted.on]);
    unwanted.close();
    await redis.command('ACL', 'SETUSER', 'default', 'allchannels');
    await waitFor(async () => {
      await redis.command('SPUBLISH', 'c', 'x');
      expect(heard).toContain('x');
    });
    expect(await redis.command('PUBSUB', 'SHARDNUMSUB', 'c', 'd')).toEqual(['c', 1, 'd', 0]);
    expect(told).toEqual([]);
    wanted.close();
    const none = ['c', 0];
    await waitFor(async () => {
      expect(await redis.command('PUBSUB', 'SHARDNUMSUB', 'c')).toEqual(none);
    });
  });

  it('[RES5] looks at all rooms, whatever stands in the keys of one', async () => {
    await start();
    const { log } = await openStore(redis.url, { checkEveryMs: 100 });
    undo.push(() => log.close());
    const keyOf = (id: string, name: string) => `trpc-rooms:{chat/${id}}:${name}`;
    await redis.command('SET', keyOf('taken', 'meta'), 'theirs');
    const heard: number[] = [];
    // More than are looked at in one go.
    for (const id of ['taken', ...Array.from({ length: 520 }, (_, n) => `r${n}`), 'last']) {
      const hear = (events: readonly { offset: number }[]) =>
        heard.push(...events.map(({ offset }) => offset));
      log.follow({ kind: 'chat', id }, hear);
    }
    const by = { id: 'ada', name: 'Ada' };
    await log.append({ room: { kind: 'chat', id: 'last' }, type: 'm', data: '{}', by, at: 1 });
    await redis.command('HSET', keyOf('last', 'log'), '2', `m ada 5 - - "Ada"\n{"json":1}`);
    await redis.command('HSET', keyOf('last', 'meta'), 'o', '2');
    await waitFor(() => expect(heard).toEqual([1, 2]));
  });
});
