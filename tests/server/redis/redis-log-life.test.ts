import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../kit/manual-clock.ts';
import { READ } from '../../../server/log/redis/log-scripts.ts';
import { MessageChanges } from '../../../server/messages/message-changes.ts';
import { appendReply } from '../../../server/messages/replies.ts';
import { seekTarget } from '../../../server/messages/target.ts';
import { roomKeys } from '../../../server/redis/redis-keys.ts';
import { chat, DAY } from '../../../shared/index.ts';
import { openStore } from '../../kit/redis-store.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { ada, general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

const keyOf = roomKeys(general);
const HOUR_MS = 3_600_000;

describe.skipIf(noRedis)('a Redis log over its life', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  const errors: unknown[] = [];
  beforeEach(async () => {
    errors.length = 0;
    await redis.command('FLUSHALL');
  });
  afterAll(() => redis.stop());

  const said = (text: string, more: object = {}) => ({
    room: general,
    type: 'message',
    data: `{"json":{"text":"${text}"}}`,
    by: ada,
    at: Date.now(),
    ...more,
  });
  const storeFor = (maxAgeMs: number) =>
    openStore(redis.url, {
      retention: { chat: { maxEvents: 100, maxAgeMs } },
      onError: (error) => void errors.push(error),
    });
  const lifetimes = async () => {
    const keys = ['meta', 'log', 'about'] as const;
    return Promise.all(keys.map(async (key) => Number(await redis.command('PTTL', keyOf(key)))));
  };

  it('keeps what it has when it is to be kept for ever from now on', async () => {
    const hourly = (await storeFor(HOUR_MS)).log;
    await hourly.append(said('a'));
    await hourly.append(said('b', { about: 1 }));
    for (const ms of await lifetimes()) expect(ms).toBeGreaterThan(0);
    await hourly.close();
    const { log } = await storeFor(Number.POSITIVE_INFINITY);
    await log.append(said('c'));
    expect(await lifetimes()).toEqual([-1, -1, -1]);
    await log.close();
  });

  it('keeps what is about other events as long as those', async () => {
    const { log } = await storeFor(HOUR_MS);
    await log.append(said('a'));
    await log.append(said('b', { about: 1 }));
    await redis.command('PEXPIRE', keyOf('about'), '1000');
    await log.append(said('c'));
    const [, logMs = 0, aboutMs = 0] = await lifetimes();
    expect(logMs - aboutMs).toBeLessThan(1_000);
    await log.close();
  });

  it('[LOG4] trims the other rooms where one has its keys used by somebody else', async () => {
    const { log } = await storeFor(HOUR_MS);
    const theirs = { kind: 'chat', id: 'a-taken' };
    for (const room of [theirs, general]) await log.append(said('old', { room, at: 1_000 }));
    await log.trim(1_000);
    await redis.command('SET', roomKeys(theirs)('meta'), 'theirs');
    await log.trim(Date.now());
    expect(await log.bounds(general)).toMatchObject({ first: 2, head: 1 });
    expect(errors).toHaveLength(1);
    // Not again and again.
    await log.trim(Date.now());
    expect(errors).toHaveLength(1);
    expect(await redis.command('GET', roomKeys(theirs)('meta'))).toBe('theirs');
    await log.close();
  });

  it('[LOG4] trims a room whose node died just after it had appended there', async () => {
    const [{ log: dying }, { log }] = [await storeFor(HOUR_MS), await storeFor(HOUR_MS)];
    const at = Date.now() - HOUR_MS / 2;
    await dying.append(said('a', { at }));
    await dying.append(said('b', { at: at + 1 }));
    await dying.close();
    await log.trim(at + HOUR_MS);
    expect(await log.bounds(general)).toMatchObject({ first: 1, head: 2 });
    await log.trim(at + HOUR_MS + 1);
    expect(await log.bounds(general)).toMatchObject({ first: 2, head: 2 });
    await log.trim(at + HOUR_MS + 2);
    expect(await log.bounds(general)).toMatchObject({ first: 3, head: 2 });
    expect(await redis.command('EXISTS', 'trpc-rooms:due')).toBe(0);
    // The next event is a first one again.
    await log.append(said('c', { at }));
    await log.trim(at + HOUR_MS + 1);
    expect(await log.bounds(general)).toMatchObject({ first: 4, head: 3 });
    await log.close();
  });

  it('[LOG4] trims what was to be kept for ever once it is not', async () => {
    const { log: forever } = await storeFor(Number.POSITIVE_INFINITY);
    await forever.append(said('a', { at: 1_000 }));
    await forever.trim(Date.now());
    await forever.close();
    const { log } = await storeFor(HOUR_MS);
    await log.append(said('b'));
    await log.trim(Date.now());
    expect(await log.bounds(general)).toMatchObject({ first: 2, head: 2 });
    await log.close();
  });

  it('[LOG4] keeps a quiet room for as long as is said now, when it was to go sooner', async () => {
    const begun = Date.now();
    const hourly = (await storeFor(HOUR_MS)).log;
    await hourly.append(said('a', { at: begun }));
    await hourly.append(said('b', { at: begun, about: 1 }));
    await hourly.close();
    // Long enough for somebody to find it when it is due.
    const left = async (age: number, margin: number) => {
      const [metaMs = 0, ...others] = await lifetimes();
      expect(metaMs).toBeGreaterThan(age + DAY);
      for (const ms of others) {
        expect(ms).toBeGreaterThan(age + DAY - margin);
        expect(ms).toBeLessThanOrEqual(age + DAY);
      }
    };
    await left(HOUR_MS, 60_000);
    const week = 7 * DAY;
    const { log } = await storeFor(week);
    await log.trim(begun + HOUR_MS);
    expect(await log.bounds(general)).toMatchObject({ first: 1, head: 2 });
    await left(week, HOUR_MS + 60_000);
    await log.close();
    const { log: forever } = await storeFor(Number.POSITIVE_INFINITY);
    await forever.trim(begun + week);
    expect(await lifetimes()).toEqual([-1, -1, -1]);
    await forever.close();
  });

  it('[LOG4] keeps a quiet room no longer than is said now, when it was to go later', async () => {
    const at = Date.now() - 2 * HOUR_MS;
    const weekly = (await storeFor(7 * DAY)).log;
    const quiet = Array.from({ length: 3 }, (_, n) => ({ kind: 'chat', id: `quiet${n}` }));
    for (const room of quiet) await weekly.append(said('a', { room, at }));
    await weekly.append(said('b', { room: { kind: 'other', id: 'x' }, at }));
    await weekly.trim(Date.now());
    await weekly.close();
    const { log } = await storeFor(HOUR_MS);
    await log.trim(Date.now());
    for (const room of quiet) expect(await log.bounds(room)).toMatchObject({ first: 2, head: 1 });
    expect(await log.bounds({ kind: 'other', id: 'x' })).toMatchObject({ first: 1, head: 1 });
    await log.close();
  });

  it('[LOG4] leaves rooms of kinds that it does not know to nodes that do', async () => {
    const begun = Date.now();
    const { log } = await storeFor(HOUR_MS);
    await log.append(said('a', { at: begun }));
    const { log: other } = await openStore(redis.url, { retention: {} });
    await other.trim(begun + HOUR_MS);
    for (const ms of await lifetimes()) expect(ms).not.toBe(-1);
    await other.close();
    await log.trim(begun + HOUR_MS + DAY);
    expect(await log.bounds(general)).toMatchObject({ first: 2, head: 1 });
    await log.close();
  });

  it('[RES3] goes on behind what has expired, and takes it for no damage', async () => {
    const damage: string[] = [];
    const { log } = await openStore(redis.url, { onDamage: (words) => void damage.push(words) });
    for (const text of ['a', 'b', 'c']) await log.append(said(text));
    // As Redis does it: the room's place stays a day longer than its events.
    await redis.command('DEL', keyOf('log'), keyOf('about'));
    const { epoch, offset } = await log.append(said('d'));
    expect(offset).toBe(4);
    const page = await log.read(general, { after: 0, limit: 9 });
    expect(page).toMatchObject({ epoch, first: 4, head: 4, events: [{ offset: 4 }] });
    expect(damage).toEqual([]);
    await log.close();
  });

  it('[LOG5] has files written anew for what was erased just before it closes, and for nothing else', async () => {
    const rewrites = async () => {
      const stats = String(await redis.command('INFO', 'commandstats'));
      return /cmdstat_(?:bgsave|bgrewriteaof):calls=(\d+)/.exec(stats)?.[1];
    };
    await redis.command('CONFIG', 'RESETSTAT');
    const quiet = (await storeFor(HOUR_MS)).log;
    await quiet.append(said('secret'));
    await quiet.close();
    expect(await rewrites()).toBeUndefined();
    const { log } = await storeFor(HOUR_MS);
    expect(await log.erase(general, 1)).toBe(true);
    await log.close();
    expect(await rewrites()).toBe('1');
  });

  it('keeps nothing of rooms that are read and were never made', async () => {
    const { log } = await storeFor(HOUR_MS);
    const types = ['message'];
    const { epoch } = await log.bounds(general);
    const empty = { epoch, first: 1, head: 0 };
    expect(await log.bounds({ kind: 'chat', id: 'another' })).toEqual(empty);
    expect(await log.read(general, { before: 9, limit: 9 })).toEqual({ ...empty, events: [] });
    expect(await log.changes(general, { first: 1, last: 9, types })).toEqual([]);
    const range = { after: 3, types, notBy: 'bob', limit: 9 };
    expect(await log.count(general, range)).toEqual({ count: 0, head: 0, epoch });
    expect(await log.erase(general, 1)).toBe(false);
    const refused = said('b', { about: 1, guard: { types, version: 2 } });
    await expect(log.append(refused)).rejects.toMatchObject({ code: 'STALE_VERSION' });
    expect(await redis.command('KEYS', keyOf('*'))).toEqual([]);
    // Who was told that it is empty goes on from there.
    expect(await log.append(said('a'))).toMatchObject({ epoch, offset: 1 });
    await log.close();
  });

  it('[RES3] keeps the epoch of a room that is followed and has no events', async () => {
    const [{ log }, { log: other }] = [await storeFor(HOUR_MS), await storeFor(HOUR_MS)];
    const unfollow = log.follow(general, () => {});
    const { epoch } = await log.bounds(general);
    unfollow();
    for (const one of [log, other]) expect((await one.bounds(general)).epoch).toBe(epoch);
    expect(await redis.command('KEYS', keyOf('*'))).toEqual([]);
    expect(await other.append(said('a'))).toMatchObject({ epoch, offset: 1 });
    await Promise.all([log.close(), other.close()]);
  });

  it('[RES3] remembers an empty room that is followed for a while, under the epoch it has', async () => {
    const { log } = await openStore(redis.url, { checkEveryMs: 5 });
    const told = new Set<string>();
    const unfollow = log.follow(general, (_, now) => told.add(now));
    const { epoch } = await log.bounds(general);
    await waitFor(async () => expect(await redis.command('EXISTS', keyOf('meta'))).toBe(1));
    expect(await log.bounds(general)).toMatchObject({ epoch, head: 0 });
    expect(Number(await redis.command('PTTL', keyOf('meta')))).toBeGreaterThan(DAY - HOUR_MS);
    // It may have begun to listen late, which is told.
    told.delete(epoch);
    expect([...told]).toEqual([]);
    unfollow();
    await log.close();
  });

  it('[RES3] begins under the epoch of yesterday where somebody stands there still, and of no day before', async () => {
    const { log } = await storeFor(HOUR_MS);
    const [, name = '', day = ''] = /^(.+)-(\d+)$/.exec((await log.bounds(general)).epoch) ?? [];
    const life = String(await redis.command('HGET', 'trpc-rooms:beginning', 'r'));
    const begin = async (stands: string) => {
      const keys = [keyOf('meta'), keyOf('log'), keyOf('about'), 'trpc-rooms:beginning'];
      const args = [life, 'fresh', 'after', '0', '0', stands, '0'];
      const reply = await redis.command('EVAL', READ.source, '4', ...keys, ...args);
      return (reply as string[])[0];
    };
    const today = Number(day);
    for (const good of [today, today - 1]) {
      expect(await begin(`${name}-${good}`)).toBe(`${name}-${good}`);
    }
    const others = [`${name}-${today - 2}`, `${name}-${today + 1}`, `other-${day}`, 'E', ''];
    for (const stands of others) expect(await begin(stands)).toBe(`${name}-${day}`);
    await log.close();
  });

  it('[LOG3] begins rooms under another epoch when Redis has lost them, or may have', async () => {
    const { log } = await storeFor(HOUR_MS);
    const epochs = [(await log.append(said('a'))).epoch];
    await redis.command('FLUSHALL');
    epochs.push((await log.append(said('a'))).epoch);
    // It is gone, and so may be others that began later.
    await redis.command('DEL', keyOf('meta'), keyOf('log'));
    await redis.command('HSET', 'trpc-rooms:beginning', 'r', 'an earlier life');
    epochs.push((await log.append(said('a'))).epoch);
    await redis.command('HDEL', keyOf('meta'), 'o');
    epochs.push((await log.append(said('a'))).epoch);
    expect(new Set(epochs).size).toBe(4);
    await log.close();
  });

  it('[SND1] answers repeats in another epoch as in the one they were made in', async () => {
    const { log } = await storeFor(HOUR_MS);
    const { epoch } = await log.append(said('a'));
    const target = `${epoch}:1`;
    const changes = new MessageChanges(log, manualClock());
    const reply = () => appendReply(log, chat, said('b', { idempotencyKey: 'r' }), target);
    const edit = async () =>
      changes.edit(chat, await seekTarget(log, chat, general, target), {
        data: { text: 'c' },
        by: ada,
        idempotencyKey: 'e',
      });
    const acks = [await reply(), await edit()];
    await redis.command('HSET', keyOf('meta'), 'r', 'an earlier life');
    expect((await log.bounds(general)).epoch).not.toBe(epoch);
    const again = [await reply(), await edit()];
    const offsetOf = ({ position }: { position: string }) => position.split(':')[1];
    expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true]);
    expect(again.map(offsetOf)).toEqual(acks.map(offsetOf));
    await log.close();
  });
});
