import { describe, expect, it } from 'vitest';
import { DAY, limits, type Level } from '../../shared/index.ts';
import type { Entry, RoomLog, RoomName, StoredEvent } from '../../server/log/room-log.ts';
import { openedLogs } from '../kit/opened-logs.ts';

/** Retention that the suite's logs are made with: of kind `small` they keep five events. */
export const retention = {
  chat: { maxEvents: 1_000, maxAgeMs: 7 * DAY },
  small: { maxEvents: 5, maxAgeMs: 7 * DAY },
  long: { maxEvents: 10_000, maxAgeMs: 7 * DAY },
} as const;

/** The room of most of them. */
export const room: RoomName = { kind: 'chat', id: 'general' };
const NOW = 1_800_000_000_000;

/** An entry of Ada's into it. */
export function entry(text: string, more: Partial<Entry> = {}): Entry {
  const by = { id: 'ada', name: 'Ada' };
  return { room, type: 'message', data: JSON.stringify({ json: { text } }), by, at: NOW, ...more };
}

/** What every form of the log must do. `create` gives an empty one. */
export function roomLogContract(name: string, level: Level, create: () => Promise<RoomLog>): void {
  describe(`${name} log`, () => {
    const open = openedLogs(create);

    it('[LOG1] numbers events from 1 without holes, room by room', async () => {
      const log = await open();
      const other = { kind: 'chat', id: 'other' };
      const done = [
        await log.append(entry('a')),
        await log.append(entry('b', { room: other })),
        await log.append(entry('c')),
      ];
      expect(done.map(({ offset }) => offset)).toEqual([1, 1, 2]);
      // Each room may have an epoch of its own.
      expect(done[2]?.epoch).toBe(done[0]?.epoch);
      expect(await log.bounds(room)).toMatchObject({ first: 1, head: 2 });
    });

    it('[LOG1] keeps rooms of the same id and different kinds apart', async () => {
      const log = await open();
      await log.append(entry('a'));
      const page = await log.read({ kind: 'small', id: 'general' }, { after: 0, limit: 10 });
      expect(page).toMatchObject({ events: [], first: 1, head: 0 });
    });

    it('[LOG1] gives concurrent appends distinct offsets in the order of their calls', async () => {
      const log = await open();
      const done = await Promise.all(
        Array.from({ length: 200 }, (_, index) => log.append(entry(`n${index}`))),
      );
      expect(done.map(({ offset }) => offset)).toEqual(done.map((_, index) => index + 1));
      const { events } = await log.read(room, { after: 0, limit: 200 });
      expect(events.map(({ data }) => data)).toEqual(
        done.map((_, index) => entry(`n${index}`).data),
      );
    });

    it('[LOG2] names its level', async () => {
      expect((await open()).level).toBe(level);
    });

    it('[LOG2] tells followers of each event once, in order, before the append resolves', async () => {
      const log = await open();
      const heard: number[] = [];
      log.follow(room, (events) => heard.push(...events.map(({ offset }) => offset)));
      const first = await log.append(entry('a'));
      expect(heard).toEqual([first.offset]);
      await Promise.all([log.append(entry('b')), log.append(entry('c'))]);
      expect(heard).toEqual([1, 2, 3]);
    });

    it('gives followers the same event that it reads back', async () => {
      const log = await open();
      const heard: StoredEvent[] = [];
      log.follow(room, (events) => heard.push(...events));
      await log.append(entry('a', { idempotencyKey: 'k1' }));
      await log.append(entry('b'));
      expect((await log.read(room, { after: 0, limit: 9 })).events).toEqual(heard);
    });

    it('tells the other followers when one throws', async () => {
      const log = await open();
      const heard: number[] = [];
      log.follow(room, () => {
        throw new Error('a bad follower');
      });
      log.follow(room, (events) => heard.push(events.length));
      await log.append(entry('a'));
      expect(heard).toEqual([1]);
    });

    it('tells nobody any more after the undo', async () => {
      const log = await open();
      const heard: number[] = [];
      log.follow(room, (events) => heard.push(events.length))();
      await log.append(entry('a'));
      expect(heard).toEqual([]);
    });

    it('reads forwards after an offset and backwards before one, oldest first', async () => {
      const log = await open();
      for (const text of ['a', 'b', 'c', 'd', 'e']) await log.append(entry(text));
      const offsets = async (range: Parameters<RoomLog['read']>[1]) =>
        (await log.read(room, range)).events.map(({ offset }) => offset);
      expect(await offsets({ after: 2, limit: 2 })).toEqual([3, 4]);
      expect(await offsets({ after: 4, limit: 9 })).toEqual([5]);
      expect(await offsets({ after: 5, limit: 9 })).toEqual([]);
      expect(await offsets({ before: 4, limit: 2 })).toEqual([2, 3]);
      expect(await offsets({ before: 99, limit: 2 })).toEqual([4, 5]);
      expect(await offsets({ before: 1, limit: 9 })).toEqual([]);
    });

    it('keeps text as it is: newlines, quotes, NUL, emoji, lone surrogates escaped', async () => {
      const log = await open();
      const data = JSON.stringify({ json: 'a\n"\u0000👩‍👩‍👧\uD800é' });
      await log.append(entry('', { data }));
      expect((await log.read(room, { after: 0, limit: 1 })).events[0]?.data).toBe(data);
    });

    it('[SND1] answers a repeated key with the original place and appends nothing', async () => {
      const log = await open();
      const first = await log.append(entry('a', { idempotencyKey: 'k' }));
      await log.append(entry('b'));
      const again = await log.append(entry('a', { idempotencyKey: 'k', at: NOW + 5 }));
      expect(again).toEqual({ ...first, duplicate: true });
      expect(await log.bounds(room)).toMatchObject({ head: 2 });
    });

    it('[SND1] recognises a repeat within one batch', async () => {
      const log = await open();
      const both = await Promise.all([
        log.append(entry('a', { idempotencyKey: 'k' })),
        log.append(entry('a', { idempotencyKey: 'k' })),
      ]);
      expect(both.map(({ offset }) => offset)).toEqual([1, 1]);
      expect(both.map(({ duplicate }) => duplicate)).toEqual([false, true]);
    });

    it('[SND1] refuses a key that stands for other data, and only that append', async () => {
      const log = await open();
      await log.append(entry('a', { idempotencyKey: 'k' }));
      const [clash, other] = await Promise.allSettled([
        log.append(entry('b', { idempotencyKey: 'k' })),
        log.append(entry('c')),
      ]);
      expect(clash).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
      expect(other).toMatchObject({ status: 'fulfilled', value: { offset: 2 } });
    });

    it('[SND1] scopes keys by user and by room', async () => {
      const log = await open();
      await log.append(entry('a', { idempotencyKey: 'k' }));
      const elsewhere = await log.append(
        entry('b', { idempotencyKey: 'k', room: { kind: 'chat', id: 'other' } }),
      );
      const another = await log.append(
        entry('c', { idempotencyKey: 'k', by: { id: 'bob', name: 'Bob' } }),
      );
      expect([elsewhere.duplicate, another.duplicate]).toEqual([false, false]);
    });

    it('[SND1] keeps a key for 24 hours, whatever is trimmed, and forgets it then', async () => {
      const log = await open();
      const small = { kind: 'small', id: 'r' };
      const first = await log.append(entry('a', { room: small, idempotencyKey: 'k' }));
      for (let index = 0; index < 20; index += 1) await log.append(entry('x', { room: small }));
      await log.trim(NOW + limits.keyWindowMs - 1);
      const repeat = { room: small, idempotencyKey: 'k', at: NOW + limits.keyWindowMs - 1 };
      expect(await log.append(entry('a', repeat))).toEqual({ ...first, duplicate: true });
      const late = { ...repeat, at: NOW + limits.keyWindowMs };
      expect(await log.append(entry('b', late))).toMatchObject({ duplicate: false, offset: 22 });
      expect(log.keyWindowMs(small, NOW)).toBe(limits.keyWindowMs);
    });

    it('[LOG4] keeps the newest events of a room and moves its first offset', async () => {
      const log = await open();
      const small = { kind: 'small', id: 'r' };
      for (let index = 0; index < 12; index += 1)
        await log.append(entry(`n${index}`, { room: small }));
      const page = await log.read(small, { after: 0, limit: 100 });
      expect(page.events.map(({ offset }) => offset)).toEqual([8, 9, 10, 11, 12]);
      expect(page).toMatchObject({ first: 8, head: 12 });
    });

    it('[LOG4] trims by age, and goes on numbering when nothing is left', async () => {
      const log = await open();
      await log.append(entry('old'));
      await log.append(entry('young', { at: NOW + 6 * DAY }));
      await log.trim(NOW + 7 * DAY + 1);
      expect(await log.bounds(room)).toMatchObject({ first: 2, head: 2 });
      await log.trim(NOW + 14 * DAY);
      expect(await log.bounds(room)).toMatchObject({ first: 3, head: 2 });
      expect(await log.append(entry('new', { at: NOW + 14 * DAY }))).toMatchObject({ offset: 3 });
    });

    it('[LOG4] trims what is old behind an event of a time that has not come yet', async () => {
      const log = await open();
      await log.append(entry('of a clock that was set back', { at: NOW + 3_650 * DAY }));
      await log.append(entry('old'));
      await log.append(entry('young', { at: NOW + 6 * DAY }));
      await log.append(entry('ahead', { at: NOW + 3_650 * DAY }));
      await log.trim(NOW + 7 * DAY + 1);
      expect(await log.bounds(room)).toMatchObject({ first: 3, head: 4 });
      // Of the last nobody knows how old it is.
      await log.trim(NOW + 14 * DAY);
      expect(await log.bounds(room)).toMatchObject({ first: 4, head: 4 });
      await log.trim(0);
      expect(await log.bounds(room)).toMatchObject({ first: 4, head: 4 });
    });

    it('[LOG4] trims by age however many events are of a time that has not come yet', async () => {
      const log = await open();
      const long = { kind: 'long', id: 'r' };
      const ahead = Array.from({ length: 1_200 }, (_, index) =>
        log.append(entry(`n${index}`, { room: long, at: NOW + 3_650 * DAY })),
      );
      await Promise.all(ahead);
      await log.append(entry('old', { room: long }));
      await log.append(entry('young', { room: long, at: NOW + 7 * DAY }));
      await log.trim(NOW + 7 * DAY + 1);
      expect(await log.bounds(long)).toMatchObject({ first: 1_202, head: 1_202 });
    });

    it('[LOG5] erases an event to a tombstone at the same offset', async () => {
      const log = await open();
      await log.append(entry('secret', { idempotencyKey: 'k' }));
      await log.append(entry('b'));
      expect(await log.erase(room, 1)).toBe(true);
      const { events, first, head } = await log.read(room, { after: 0, limit: 9 });
      expect(events.map(({ offset, data }) => [offset, data])).toEqual([
        [1, null],
        [2, entry('b').data],
      ]);
      expect([first, head]).toEqual([1, 2]);
      expect(await log.erase(room, 3)).toBe(false);
      expect(await log.erase({ kind: 'chat', id: 'nowhere' }, 1)).toBe(false);
    });

    it('[LOG5] still recognises the key of an erased event', async () => {
      const log = await open();
      await log.append(entry('secret', { idempotencyKey: 'k' }));
      await log.erase(room, 1);
      const again = await log.append(entry('secret', { idempotencyKey: 'k' }));
      expect(again).toMatchObject({ offset: 1, duplicate: true });
    });

    it('finishes what was accepted when it closes, and refuses what comes later', async () => {
      const log = await open();
      const accepted = log.append(entry('a'));
      await log.close();
      expect(await accepted).toMatchObject({ offset: 1 });
      await expect(log.append(entry('b'))).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
      expect(log.failure()).toBeDefined();
      await log.close();
    });

    it('[LOG5] finishes an erasure that was accepted when it closes, and refuses later ones', async () => {
      const log = await open();
      await log.append(entry('secret'));
      const accepted = log.erase(room, 1);
      await log.close();
      expect(await accepted).toBe(true);
      await expect(log.erase(room, 1)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    });
  });
}
