import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry, RoomLog, RoomName } from '../../../server/log/room-log.ts';
import type { RedisStore } from '../../../server/redis/redis-store.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { openStore } from '../../kit/redis-store.ts';

const room: RoomName = { kind: 'chat', id: 'general' };
const by = { id: 'ada', name: 'Ada' };
const LOG = 'trpc-rooms:{chat/general}:log';
const META = 'trpc-rooms:{chat/general}:meta';

function entry(text: string, more: Partial<Entry> = {}): Entry {
  const data = JSON.stringify({ json: { text } });
  return { room, type: 'message', data, by, at: Date.now(), ...more };
}

describe.skipIf(noRedis)('nodes that share a Redis', () => {
  let redis: RedisServer;
  const stores: RedisStore[] = [];
  const node = async (more: Parameters<typeof openStore>[1] = {}) => {
    const store = await openStore(redis.url, more);
    stores.push(store);
    return store;
  };
  const start = async (...args: string[]) => {
    await redis.stop();
    redis = await redisServer(args);
  };
  beforeEach(async () => {
    redis = await redisServer();
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map(({ log }) => log.close()));
    await redis.stop();
  });

  /** What a follower hears: `epoch:offset`, and `epoch>head` where the log goes on from somewhere else. */
  const listen = async (log: RoomLog) => {
    const heard: string[] = [];
    log.follow(room, (events, epoch, head) => {
      if (head !== undefined) heard.push(`${epoch}>${head}`);
      for (const { offset } of events) heard.push(`${epoch}:${offset}`);
    });
    await log.bounds(room);
    return heard;
  };

  it('[LOG1] hear every event once and in the same order, whoever appends', async () => {
    const [a, b] = [await node(), await node()];
    const [atA, atB] = [await listen(a.log), await listen(b.log)];
    const acks = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? a : b).log.append(entry(`n${n}`))),
    );
    const epoch = acks[0]?.epoch;
    const all = Array.from({ length: 200 }, (_, n) => `${epoch}:${n + 1}`);
    await vi.waitFor(() => expect([atA, atB]).toEqual([all, all]));
    expect(new Set(acks.map(({ offset }) => offset)).size).toBe(200);
  });

  it('[SND1] know each other’s keys', async () => {
    const [a, b] = [await node(), await node()];
    const first = await a.log.append(entry('x', { idempotencyKey: 'k' }));
    expect(await b.log.append(entry('x', { idempotencyKey: 'k' }))).toEqual({
      ...first,
      duplicate: true,
    });
  });

  it('[RES5] hear what was published while the link that listens was cut', async () => {
    const [a, b] = [await node(), await node()];
    const atB = await listen(b.log);
    const { epoch } = await a.log.append(entry('0'));
    for (let round = 0; round < 5; round += 1) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await a.log.append(entry(`${round}`));
    }
    const all = Array.from({ length: 6 }, (_, n) => `${epoch}:${n + 1}`);
    await vi.waitFor(() => expect(atB).toEqual(all), { timeout: 5_000 });
  });

  it('[RES5] hear of a last event whose message was lost, within 5 s', async () => {
    const b = await node();
    const atB = await listen(b.log);
    const { epoch } = await b.log.append(entry('1'));
    await redis.command('HSET', LOG, '2', `message ada 5 - - "Ada"\n{"json":1}`);
    await redis.command('HSET', META, 'o', '2');
    await vi.waitFor(() => expect(atB).toEqual([`${epoch}:1`, `${epoch}:2`]), { timeout: 5_000 });
  });

  it('[LOG3] tell of another epoch after FLUSHALL, and number from 1', async () => {
    const [a, b] = [await node(), await node()];
    const atB = await listen(b.log);
    const before = await a.log.append(entry('1', { idempotencyKey: 'k' }));
    await a.log.append(entry('2'));
    await redis.command('FLUSHALL');
    const after = await a.log.append(entry('1', { idempotencyKey: 'k' }));
    expect(after).toMatchObject({ offset: 1, duplicate: false });
    expect(after.epoch).not.toBe(before.epoch);
    const news = () => atB.slice(2);
    await vi.waitFor(() => expect(news()).toEqual([`${after.epoch}>1`]), { timeout: 5_000 });
    const next = await a.log.append(entry('3'));
    await vi.waitFor(() => expect(news()[1]).toBe(`${next.epoch}:2`));
  });

  it('[LOG3] change nothing that has taken the place of what was lost in between', async () => {
    const a = await node();
    const { epoch } = await a.log.append(entry('1'));
    const change = (key: string, of: string) =>
      a.log.append({
        ...entry('2', { idempotencyKey: key }),
        type: 'edited',
        about: 1,
        guard: { types: ['edited'], version: 1, epoch: of },
      });
    await redis.command('FLUSHALL');
    const moved = { code: 'STALE_POSITION' };
    await expect(change('k', epoch)).rejects.toMatchObject(moved);
    const anew = await a.log.append(entry('another'));
    await expect(change('k', epoch)).rejects.toMatchObject(moved);
    expect(await change('k', anew.epoch)).toMatchObject({ offset: 2, duplicate: false });
    // A repeat has its answer, whatever it was about.
    expect(await change('k', epoch)).toMatchObject({ offset: 2, duplicate: true });
  });

  it.each([
    ['everysec', 'no'],
    ['always', 'yes'],
  ])(
    '[LOG3] begin another epoch after a restart that may have lost something, and keep what is there (%s, %s)',
    async (fsync, pauses) => {
      const how = ['--appendfsync', fsync, '--no-appendfsync-on-rewrite', pauses];
      await start('--appendonly', 'yes', ...how);
      const a = await node();
      const heard = await listen(a.log);
      const before = await a.log.append(entry('1', { idempotencyKey: 'k' }));
      // Unless each is synced, what is acknowledged can still be in Redis itself, and is lost with it.
      const persistence = async () => String(await redis.command('INFO', 'persistence'));
      await vi.waitFor(async () => expect(await persistence()).toContain('aof_buffer_length:0'), {
        timeout: 5_000,
      });
      await redis.kill();
      await redis.start();
      await vi.waitFor(() => expect(a.log.failure()).toBeUndefined(), { timeout: 5_000 });
      const again = await a.log.append(entry('1', { idempotencyKey: 'k' }));
      expect(again).toMatchObject({ offset: 1, duplicate: true });
      expect(again.epoch).not.toBe(before.epoch);
      await vi.waitFor(() => expect(heard.at(-1)).toBe(`${again.epoch}>1`), { timeout: 5_000 });
      expect((await a.log.read(room, { after: 0, limit: 9 })).events).toHaveLength(1);
    },
  );

  it('[LOG3] keep the epoch over a restart where everything is on the disk before its ack', async () => {
    await start('--appendonly', 'yes', '--appendfsync', 'always');
    const a = await node();
    const acks = [await a.log.append(entry('1')), await a.log.append(entry('2'))];
    await redis.kill();
    await redis.start();
    await vi.waitFor(() => expect(a.log.failure()).toBeUndefined(), { timeout: 5_000 });
    expect(await a.log.append(entry('3'))).toMatchObject({ epoch: acks[0]?.epoch, offset: 3 });
  });

  it('refuse quickly while Redis is gone, and heal without a restart', async () => {
    const trouble: (string | undefined)[] = [];
    const a = await node({ onTrouble: (reason) => trouble.push(reason) });
    const heard = await listen(a.log);
    await a.log.append(entry('1'));
    await redis.kill();
    await vi.waitFor(() => expect(a.log.failure()).toContain('Redis'));
    const since = performance.now();
    const refused = { code: 'LOG_UNAVAILABLE' };
    await expect(a.log.append(entry('2'))).rejects.toMatchObject(refused);
    await expect(a.records.write('user/ada', [])).rejects.toMatchObject(refused);
    await expect(a.log.read(room, { after: 0, limit: 1 })).rejects.toMatchObject(refused);
    expect(performance.now() - since).toBeLessThan(1_000);
    await redis.start({ empty: true });
    await vi.waitFor(() => expect(a.log.failure()).toBeUndefined(), { timeout: 5_000 });
    const after = await a.log.append(entry('3'));
    expect(after.offset).toBe(1);
    await vi.waitFor(() => expect(heard.at(-1)).toMatch(new RegExp(`^${after.epoch}[>:]1$`)));
    expect(trouble.map((reason) => reason === undefined)).toEqual([false, true]);
  });

  it('refuse within 2.5 s while Redis hangs, and the same key finds out what happened', async () => {
    const a = await node();
    await a.log.append(entry('1'));
    redis.signal('SIGSTOP');
    const since = performance.now();
    const hanging = a.log.append(entry('2', { idempotencyKey: 'k' }));
    await expect(hanging).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(performance.now() - since).toBeLessThan(2_500);
    expect(a.log.failure()).toBeDefined();
    redis.signal('SIGCONT');
    await vi.waitFor(() => expect(a.log.failure()).toBeUndefined(), { timeout: 5_000 });
    const again = await a.log.append(entry('2', { idempotencyKey: 'k' }));
    expect(again.offset).toBe(2);
    expect(await a.log.bounds(room)).toMatchObject({ head: 2 });
  });

  it('goes on when somebody empties the cache of scripts', async () => {
    const a = await node();
    await redis.command('SCRIPT', 'FLUSH');
    expect(await a.log.append(entry('1'))).toMatchObject({ offset: 1 });
  });

  it('[LOG1] numbers in the order of the calls when somebody empties the cache of scripts', async () => {
    const a = await node();
    for (let round = 0; round < 10; round += 1) {
      await redis.command('SCRIPT', 'FLUSH');
      const appending: Promise<{ offset: number }>[] = [];
      for (let n = 0; n < 40; n += 1) {
        appending.push(a.log.append(entry(`${n}`)));
        if (n % 4 === 0) await new Promise(setImmediate);
      }
      const offsets = (await Promise.all(appending)).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, n) => round * 40 + n + 1));
    }
  });

  it('shows what it cannot read as erased, and says so once', async () => {
    const damage: string[] = [];
    const a = await node({ onDamage: (what) => damage.push(what) });
    for (const text of ['1', '2', '3', '4']) await a.log.append(entry(text));
    await redis.command('HSET', LOG, '2', 'of somebody else', '4', 'message %zz 1 - - x\n1');
    await redis.command('HDEL', LOG, '3');
    const { events } = await a.log.read(room, { after: 0, limit: 9 });
    expect(events.map(({ offset, data }) => [offset, data === null])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [4, true],
    ]);
    expect(damage).toHaveLength(1);
    expect(await a.log.append(entry('5'))).toMatchObject({ offset: 5 });
  });

  it('refuses a room whose keys another application uses, and serves the others', async () => {
    const a = await node();
    await redis.command('SET', META, 'theirs');
    await expect(a.log.append(entry('1'))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    const other = { kind: 'chat', id: 'other' };
    expect(await a.log.append(entry('1', { room: other }))).toMatchObject({ offset: 1 });
    expect(await redis.command('GET', META)).toBe('theirs');
  });

  it('takes no garbage on its channels for events, and stays', async () => {
    const a = await node();
    const heard = await listen(a.log);
    const seen: unknown[] = [];
    a.bus.subscribe(room, (message) => seen.push(message));
    const garbage = ['', 'e', 'e\n', 'eX 1\nx', 'l', 'l{', 'l{}', 'l[]', 'lnull', 'x'.repeat(1e5)];
    for (const text of garbage)
      await redis.command('SPUBLISH', 'trpc-rooms:{chat/general}:live', text);
    const { epoch } = await a.log.append(entry('1'));
    expect([heard, seen]).toEqual([[`${epoch}:1`], []]);
  });

  it('lets no room name reach the keys of another', async () => {
    const a = await node();
    const names = ['x', 'x}:log', '{x', 'x:log', 'x%7D', 'x y', 'x\r\nFLUSHALL', '*'];
    for (const kind of ['chat', 'ch/at', '{chat']) {
      for (const id of names) {
        const strange = { kind, id };
        const ack = await a.log.append(entry(`${kind} ${id}`, { room: strange }));
        expect(ack).toMatchObject({ offset: 1, duplicate: false });
      }
    }
    const keys = (await redis.command('KEYS', 'trpc-rooms:{*}:log')) as string[];
    expect(keys).toHaveLength(3 * names.length);
  });

  it('carries live events to all nodes in one order, and notices until they are heard', async () => {
    const [a, b] = [await node(), await node()];
    const heard: string[][] = [[], []];
    const notices: string[][] = [[], []];
    const reached = [false, false];
    for (const [index, { bus, log }] of [a, b].entries()) {
      bus.subscribe(room, ({ number }) => void (number !== 'first' && heard[index]?.push(number)));
      bus.subscribe(room, () => (reached[index] = true));
      bus.onNotice(
        ({ room: { id } }) => notices[index]?.push(id),
        () => {},
      );
      await log.bounds({ kind: '@', id: 'notices' });
    }
    const live = (number: string) => ({
      number,
      type: 'wave',
      data: '{"json":1}',
      by,
      at: 1,
      memberId: undefined,
      idempotencyKey: undefined,
    });
    await vi.waitFor(async () => {
      await a.bus.publish(room, live('first'));
      expect(reached).toEqual([true, true]);
    });
    await Promise.all(
      ['1', '2', '3', '4'].map((n) => (Number(n) % 2 ? a : b).bus.publish(room, live(n))),
    );
    await vi.waitFor(() => expect(heard.map(({ length }) => length)).toEqual([4, 4]));
    expect(heard[0]).toEqual(heard[1]);
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await a.bus.announce({ room });
    expect(notices[0]).toEqual(['general']);
    await vi.waitFor(() => expect(notices[1]).toEqual(['general']), { timeout: 5_000 });
  });
});
