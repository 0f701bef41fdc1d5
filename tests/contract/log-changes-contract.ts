import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, RoomLog, RoomName } from '../../server/log/room-log.ts';
import { openedLogs } from '../kit/opened-logs.ts';

const room: RoomName = { kind: 'chat', id: 'general' };
/** Of a kind that keeps five events. */
const small: RoomName = { kind: 'small', id: 'general' };
/** Of a kind that keeps many events. */
const long: RoomName = { kind: 'long', id: 'general' };
const ada = { id: 'ada', name: 'Ada' };
const bob = { id: 'bob', name: 'Bob' };
const TYPES = ['edited', 'removed'];

function entry(text: string, more: Partial<Entry> = {}): Entry {
  const data = JSON.stringify({ json: { text } });
  return { room, type: 'message', data, by: ada, at: 1, ...more };
}

function edit(about: number, version = about, more: Partial<Entry> = {}): Entry {
  const guard = { types: TYPES, version };
  return entry(`edit of ${about}`, { type: 'edited', about, guard, ...more });
}

/** What every form of the log must do with events about others. `create` gives an empty one. */
export function logChangesContract(name: string, create: () => Promise<RoomLog>): void {
  describe(`${name} log, events about others`, () => {
    const open = openedLogs(create);

    it('gives back what an event is about, to followers and readers alike', async () => {
      const log = await open();
      const heard: (number | undefined)[] = [];
      log.follow(room, (events) => heard.push(...events.map(({ about }) => about)));
      await log.append(entry('a'));
      await log.append(entry('b', { about: 1 }));
      expect(heard).toEqual([undefined, 1]);
      const { events } = await log.read(room, { after: 0, limit: 9 });
      expect(events.map(({ about }) => about)).toEqual([undefined, 1]);
    });

    it('reads the newest event of each type about each event of a range', async () => {
      const log = await open();
      for (const text of ['a', 'b', 'c']) await log.append(entry(text));
      await log.append(edit(1));
      await log.append(entry('answer', { about: 1 }));
      await log.append(edit(2));
      await log.append(edit(1, 4));
      await log.append(edit(1, 7, { type: 'removed' }));
      await log.append(edit(3));
      const range = { first: 1, last: 2, types: TYPES };
      const found = await log.changes(room, range);
      expect(found.map(({ offset, type, about }) => [offset, type, about])).toEqual([
        [6, 'edited', 2],
        [7, 'edited', 1],
        [8, 'removed', 1],
      ]);
      expect(found[1]?.data).toBe(edit(1).data);
      expect(await log.changes(room, { first: 4, last: 9, types: TYPES })).toEqual([]);
      expect(await log.changes({ kind: 'chat', id: 'nowhere' }, range)).toEqual([]);
    });

    it('appends only while what an event is about stands at the version of its guard', async () => {
      const log = await open();
      await log.append(entry('a'));
      const race = await Promise.allSettled([log.append(edit(1)), log.append(edit(1))]);
      expect(race.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(race[1]).toMatchObject({ reason: { code: 'STALE_VERSION' } });
      // An answer changes nothing about what it answers.
      await log.append(entry('answer', { about: 1 }));
      expect(await log.append(edit(1, 2))).toMatchObject({ offset: 4 });
      await expect(log.append(edit(1, 1))).rejects.toMatchObject({ code: 'STALE_VERSION' });
      expect(await log.bounds(room)).toMatchObject({ head: 4 });
    });

    it('appends what is about nothing only while the room stands at the version of its guard', async () => {
      const log = await open();
      const at = (version: number, more: Partial<Entry> = {}) =>
        entry(`at ${version}`, { guard: { types: [], version }, ...more });
      await expect(log.append(at(1))).rejects.toMatchObject({ code: 'STALE_VERSION' });
      await expect(log.append(at(-1))).rejects.toMatchObject({ code: 'STALE_VERSION' });
      const race = await Promise.allSettled([0, 0, 0].map((version) => log.append(at(version))));
      expect(race.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
      // Whatever is appended moves the room on, an answer too; in other rooms it stands still.
      await log.append(entry('answer', { about: 1 }));
      await expect(log.append(at(1))).rejects.toMatchObject({ code: 'STALE_VERSION' });
      expect(await log.append(at(0, { room: small }))).toMatchObject({ offset: 1 });
      const keyed = { idempotencyKey: 'k' };
      const first = await log.append(at(2, keyed));
      expect(first).toMatchObject({ offset: 3 });
      expect(await log.append(at(2, keyed))).toEqual({ ...first, duplicate: true });
      const other = { idempotencyKey: 'other' };
      await expect(log.append(at(2, other))).rejects.toMatchObject({ code: 'STALE_VERSION' });
      const { epoch } = first;
      const guard = { types: [], version: 3, epoch };
      expect(await log.append(entry('next', { guard, ...other }))).toMatchObject({ offset: 4 });
      const { events } = await log.read(room, { after: 0, limit: 10 });
      expect(events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4]);
    });

    it('[SND1] answers a repeated key before it looks at the guard, and keeps no key that was refused', async () => {
      const log = await open();
      await log.append(entry('a'));
      const first = await log.append(edit(1, 1, { idempotencyKey: 'k' }));
      expect(await log.append(edit(1, 1, { idempotencyKey: 'k' }))).toEqual({
        ...first,
        duplicate: true,
      });
      const refused = edit(1, 1, { idempotencyKey: 'other' });
      await expect(log.append(refused)).rejects.toMatchObject({ code: 'STALE_VERSION' });
      const after = await log.append(edit(1, 2, { idempotencyKey: 'other' }));
      expect(after).toMatchObject({ offset: 3, duplicate: false });
    });

    it('[SND1] appends what is done once only once, and has each key stand for it', async () => {
      const log = await open();
      for (const text of ['a', 'b']) await log.append(entry(text, { room: small }));
      const removal = (about: number, idempotencyKey?: string, by = ada) => {
        const guard = { types: TYPES, version: about };
        const what = {
          room: small,
          type: 'removed',
          says: '',
          erases: ['edited'],
          once: true,
          at: 7,
        };
        return entry(`removal by ${by.id}`, { ...what, about, guard, by, idempotencyKey });
      };
      const first = await log.append({ ...removal(1), at: 5 });
      const again = { ...first, duplicate: true };
      expect(first).toMatchObject({ offset: 3, at: 5, duplicate: false });
      expect(await log.append(removal(1))).toEqual(again);
      expect(await log.append(removal(1, 'k'))).toEqual(again);
      expect(await log.append(removal(1, 'k', bob))).toEqual(again);
      await expect(log.append(removal(2, 'k'))).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await log.append(removal(2, 'l'))).toMatchObject({ offset: 4, duplicate: false });
      // Whatever is kept of it later.
      for (let n = 0; n < 8; n += 1) await log.append(entry(`${n}`, { room: small }));
      expect((await log.bounds(small)).first).toBeGreaterThan(4);
      const never = { types: [], version: -1 };
      for (const by of [ada, bob]) {
        const repeat = { ...removal(1, 'k', by), once: undefined, guard: never };
        expect(await log.append(repeat)).toEqual(again);
      }
      await expect(log.append({ ...removal(1), guard: never })).rejects.toMatchObject({
        code: 'STALE_VERSION',
      });
    });

    it('[SND1] finds the key of what was done once while that is kept', async () => {
      const log = await open();
      await log.append(entry('a'));
      const removal = { type: 'removed', about: 1, says: '', once: true };
      const first = await log.append(entry('b', { ...removal, idempotencyKey: 'k' }));
      const other = { ...removal, idempotencyKey: 'l' };
      for (let n = 0; n < 2; n += 1) {
        expect(await log.append(entry('c', other))).toEqual({ ...first, duplicate: true });
      }
      const repeat = entry('c', { ...other, once: undefined, guard: { types: [], version: -1 } });
      expect(await log.append(repeat)).toEqual({ ...first, duplicate: true });
    });

    it('[SND1] refuses a key that stands for something about another event', async () => {
      const log = await open();
      for (const text of ['a', 'b']) await log.append(entry(text));
      await log.append(entry('c', { about: 1, idempotencyKey: 'k' }));
      const other = log.append(entry('c', { about: 2, idempotencyKey: 'k' }));
      await expect(other).rejects.toMatchObject({ code: 'CONFLICT' });
    });

    it('[LOG5] erases what an entry is about, and the changes of it, in the same step', async () => {
      const log = await open();
      await log.append(entry('secret', { idempotencyKey: 'k' }));
      await log.append(edit(1, 1, { idempotencyKey: 'e' }));
      await log.append(entry('answer', { about: 1 }));
      await log.append(edit(1, 2));
      const seen: (string | null | undefined)[][] = [];
      log.follow(room, () => {
        void log.read(room, { after: 0, limit: 9 }).then(({ events }) => {
          seen.push(events.map(({ data }) => data));
        });
      });
      await log.append(edit(1, 4, { type: 'removed', erases: ['edited'] }));
      const { events } = await log.read(room, { after: 0, limit: 9 });
      const isThere = events.map(({ data }) => data !== null);
      expect(isThere).toEqual([false, false, true, false, true]);
      expect(seen).toEqual([events.map(({ data }) => data)]);
      const again = await log.append(entry('secret', { idempotencyKey: 'k' }));
      expect(again).toMatchObject({ offset: 1, duplicate: true });
    });

    it('[LOG5] erases nothing for an entry that is refused', async () => {
      const log = await open();
      await log.append(entry('a'));
      const removal = edit(1, 7, { type: 'removed', erases: ['edited'] });
      await expect(log.append(removal)).rejects.toMatchObject({ code: 'STALE_VERSION' });
      const { events } = await log.read(room, { after: 0, limit: 9 });
      expect(events.map(({ data }) => data)).toEqual([entry('a').data]);
    });

    it('counts events that have their content, by type and by others, up to a limit', async () => {
      const log = await open();
      await log.append(entry('a'));
      await log.append(entry('b', { by: bob }));
      await log.append(edit(1, 1, { by: bob }));
      await log.append(entry('c', { by: bob }));
      await log.append(entry('d', { by: bob }));
      await log.erase(room, 4);
      const count = (after: number, limit = 99, types = ['message', 'note']) =>
        log.count(room, { after, types, notBy: 'ada', limit }).then((counted) => counted.count);
      expect(await count(0)).toBe(2);
      expect(await count(2)).toBe(1);
      expect(await count(5)).toBe(0);
      expect(await count(0, 1)).toBe(1);
      expect(await count(0, 99, ['edited'])).toBe(1);
      const elsewhere = { kind: 'chat', id: 'nowhere' };
      const nothing = await log.count(elsewhere, { after: 0, types: [], notBy: '', limit: 1 });
      expect(nothing).toMatchObject({ count: 0, head: 0 });
    });

    it('[RDG2] counts as of one moment, whatever is appended and removed meanwhile', async () => {
      const log = await open();
      const append = (more: Partial<Entry>) => log.append(entry('x', { room: long, ...more }));
      const remove = (about: number) =>
        append({ type: 'removed', about, guard: { types: TYPES, version: about }, erases: [] });
      // More than Redis looks at in one go.
      const users = Array.from({ length: 2_100 }, (_, index) => (index % 10 === 0 ? bob : ada));
      await Promise.all(users.map((by) => append({ by })));
      const old = await offsetsOf(log, 'message', 'bob');
      const [first = 0, last = 0] = [old[0], old.at(-1)];
      const counting = log.count(long, { after: 0, types: ['message'], notBy: 'ada', limit: 999 });
      const meanwhile = [append({ by: bob }), remove(first), remove(last), append({ by: bob })];
      await Promise.all(meanwhile);
      const { count, head } = await counting;
      const upTo = async (type: string, user: string) =>
        (await offsetsOf(log, type, user)).filter((offset) => offset <= head).length;
      expect(count).toBe((await upTo('message', 'bob')) - (await upTo('removed', 'ada')));
    });

    it('counts what a reader of the whole log would count', async () => {
      const step = fc.record({
        by: fc.constantFrom(ada, bob),
        type: fc.constantFrom('message', 'note', 'edited'),
        erase: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 25 }),
          fc.nat(30),
          fc.nat(30),
          async (steps, after, limit) => {
            const log = await create();
            for (const { by, type } of steps) await log.append(entry('x', { by, type }));
            for (const [index, { erase }] of steps.entries()) {
              if (erase) await log.erase(room, index + 1);
            }
            const { events } = await log.read(room, { after, limit: 100 });
            const counted = events.filter(
              ({ data, by, type }) => data !== null && by.id !== 'ada' && type !== 'edited',
            );
            const range = { after, types: ['message', 'note'], notBy: 'ada', limit };
            const count = Math.min(limit, counted.length);
            expect(await log.count(room, range)).toMatchObject({ count, head: steps.length });
            await log.close();
          },
        ),
        { numRuns: 15 },
      );
    });
  });
}

async function offsetsOf(log: RoomLog, type: string, user: string): Promise<number[]> {
  const { events } = await log.read(long, { after: 0, limit: 5_000 });
  return events.flatMap((event) =>
    event.type === type && event.by.id === user ? [event.offset] : [],
  );
}
