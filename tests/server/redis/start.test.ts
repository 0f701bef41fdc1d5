import { afterEach, describe, expect, it } from 'vitest';
import { lifeOf, parseInfo, unfitness } from '../../../server/redis/start-check.ts';
import { StartError } from '../../../server/start-error.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { openStore } from '../../kit/redis-store.ts';

const RIGHTS = '+@all -@admin -@dangerous +info +config|get +bgrewriteaof +bgsave';
const fit = 'redis_version:7.0.15\r\nrun_id:abc\r\nmaxmemory_policy:noeviction\r\nrole:master\r\n';

describe('what Redis says about itself', () => {
  it.each([
    ['redis_version:6.2.1', 'too old'],
    ['cluster_enabled:1', 'cluster'],
    ['role:slave', 'replica'],
    ['maxmemory_policy:allkeys-lru', 'throws data away'],
  ])('%s keeps a server from starting', (line, reason) => {
    const [name = ''] = line.split(':');
    const others = fit.split('\r\n').filter((other) => !other.startsWith(name));
    const info = parseInfo([...others, line, ''].join('\r\n'));
    expect(unfitness(info)?.reason).toContain(reason);
  });

  it('[LOG3] keeps all only where nothing acknowledged can be lost', () => {
    expect(unfitness(parseInfo(fit))).toBeUndefined();
    const info = parseInfo(fit);
    const all = { isAof: true, isSynced: true, isSteady: true };
    expect(lifeOf(info, all)).toBe('abc kept');
    for (const less of [{ isAof: false }, { isSynced: false }, { isSteady: false }]) {
      expect(lifeOf(info, { ...all, ...less })).toBe('abc');
    }
    expect(lifeOf(info, undefined)).toBe('abc');
    expect(lifeOf(parseInfo(`${fit}master_replid2:00a1\r\n`), all)).toBe('abc promoted');
  });
});

describe.skipIf(noRedis)('a Redis that does not do', () => {
  let redis: RedisServer | undefined;
  afterEach(() => redis?.stop());

  const refusal = async (url: string): Promise<StartError> => {
    const error: unknown = await openStore(url).then(
      ({ log }) => log.close(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    return error as StartError;
  };

  it('is not there', async () => {
    const { message } = await refusal('redis://127.0.0.1:1');
    expect(message).toContain('Redis at 127.0.0.1:1 cannot be used');
  });

  it('wants a password, or another one', async () => {
    redis = await redisServer(['--requirepass', 'right']);
    for (const url of [redis.url.replace('right', 'wrong'), redis.url.replace(':right@', '')]) {
      const { message } = await refusal(url);
      expect(message).toContain('does not take the user or password');
      expect(message).not.toMatch(/right|wrong/);
    }
  });

  it('is enough with no more rights than the README names', async () => {
    redis = await redisServer();
    const rights = ['~trpc-rooms:*', '&trpc-rooms:*', ...RIGHTS.split(' ')];
    await redis.command('ACL', 'SETUSER', 'rooms', 'on', '>secret', ...rights);
    const { log, records, bus, presence } = await openStore(
      redis.url.replace('//', '//rooms:secret@'),
    );
    const room = { kind: 'chat', id: 'r' };
    const by = { id: 'ada', name: 'Ada' };
    const heard: number[] = [];
    log.follow(room, (events) => heard.push(...events.map(({ offset }) => offset)));
    const entry = { room, type: 'm', data: '{}', by, at: 1, idempotencyKey: 'k' };
    await log.append(entry);
    await log.append({ ...entry, idempotencyKey: 'l', about: 1, erases: [] });
    await log.changes(room, { first: 1, last: 2, types: ['m'] });
    await log.trim(Date.now());
    await records.write('user/ada', [{ key: 'x', value: '1' }]);
    await records.list('user/ada');
    await bus.announce({ room });
    presence.join(room, { memberId: 'm1', user: by });
    expect(await presence.snapshot(room)).toMatchObject([by]);
    const message = { number: '1', type: 'v', data: '{}', by, at: 1 };
    const live = { ...message, memberId: undefined, idempotencyKey: undefined };
    await bus.publish(room, live, { id: 'v ', lifeMs: 5_000, isEnd: false });
    expect(await bus.kept?.read(room)).toMatchObject([{ id: 'v ', message }]);
    await bus.kept?.forget(room, [{ id: 'v ', number: '1' }]);
    expect(await bus.kept?.read(room)).toEqual([]);
    expect(await redis.command('HLEN', 'trpc-rooms:{chat/r}:people')).toBe(2);
    expect(log.failure()).toBeUndefined();
    expect(heard).toEqual([1, 2]);
    await log.close();
  });

  it('throws data away', async () => {
    redis = await redisServer(['--maxmemory-policy', 'allkeys-lru']);
    const { message, advice } = await refusal(redis.url);
    expect(message).toContain('allkeys-lru');
    expect(advice).toContain('noeviction');
  });
});
