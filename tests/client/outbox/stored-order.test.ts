import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEntry } from '../../../client/outbox/stored-entry.ts';
import type { ClientStorage } from '../../../client/storage/client-storage.ts';
import { memoryStorage } from '../../../client/storage/memory-storage.ts';
import { RoomError } from '../../../shared/index.ts';
import { ackAt } from '../../kit/outbox-entries.ts';
import { outboxStage } from '../../kit/outbox-stage.ts';
import { settableClock } from '../../kit/settable-clock.ts';
import { settle } from '../../kit/settle.ts';

/** Lists what it holds in an order that has nothing to do with when it was put: by a hash, as a directory. */
function shuffled(storage: ClientStorage, seed: number): ClientStorage {
  const hash = (text: string) => {
    let sum = seed;
    for (const char of text) sum = (Math.imul(sum, 31) + char.charCodeAt(0)) | 0;
    return sum;
  };
  return {
    ...storage,
    list: async (prefix) => {
      const rows = await storage.list(prefix);
      return rows.toSorted(([a], [b]) => hash(a) - hash(b));
    },
  };
}

/** A page after the other over one storage, none of which has a connection until the last one. */
function pages(storage: ClientStorage) {
  const clock = settableClock(1_000_000);
  let count = 0;
  const open = () => {
    const owner = `page${(count += 1)}`;
    const stage = outboxStage({ storage, clock, newKey: () => owner, locks: undefined });
    stage.world.isOpen = false;
    return stage;
  };
  /** What is sent, when the server takes everything. */
  const sentBy = async ({ outbox, world, answers, keys }: ReturnType<typeof open>) => {
    world.isOpen = true;
    outbox.wake();
    await settle();
    for (let n = 0; n < keys().length; n += 1) {
      answers[n]?.resolve(ackAt(n + 1));
      await settle();
    }
    return keys();
  };
  return { clock, open, sentBy };
}

describe('the order of a stored outbox', () => {
  it('[SND2] is that of publishing, whatever the storage lists first and the clock does', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('publish' as const) },
      { weight: 2, arbitrary: fc.constantFrom('die' as const, 'reload' as const) },
      { weight: 1, arbitrary: fc.constant('settle' as const) },
      { weight: 2, arbitrary: fc.integer({ min: -5_000, max: 5_000 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer(), async (plan, seed) => {
        const { clock, open, sentBy } = pages(shuffled(memoryStorage(), seed));
        const published: string[] = [];
        let page = open();
        await settle();
        for (const what of plan) {
          if (typeof what === 'number') clock.turn(what);
          else if (what === 'publish') {
            published.push(`k${published.length}`);
            void page.publish(published.at(-1) ?? '');
          } else {
            await settle();
            // One that dies closes nothing.
            if (what === 'reload') page.outbox.close(new RoomError('DISCONNECTED'));
            if (what !== 'settle') page = open();
            await settle();
          }
        }
        await settle();
        expect(await sentBy(page)).toEqual(published);
      }),
      { numRuns: 200 },
    );
  });

  it('[SND2] goes on behind what was left, also with what is published before that has been read', async () => {
    const { clock, open, sentBy } = pages(memoryStorage());
    const first = open();
    await settle();
    for (const key of ['c', 'b']) void first.publish(key);
    await settle();
    // By the clock of the next one all of that is still to come.
    clock.turn(-60_000);
    const second = open();
    for (const key of ['d', 'a']) void second.publish(key);
    await settle();
    const third = open();
    await settle();
    expect(await sentBy(third)).toEqual(['c', 'b', 'd', 'a']);
  });

  it('[SND2] is that of trying again, where something was', async () => {
    const { open, sentBy } = pages(memoryStorage());
    const page = open();
    await settle();
    page.world.isOpen = true;
    void page.publish('a');
    page.answers[0]?.reject(new RoomError('FORBIDDEN'));
    await settle();
    page.world.isOpen = false;
    void page.publish('b');
    page.outbox.retry('a').catch(() => {});
    await settle();
    const next = open();
    await settle();
    expect(await sentBy(next)).toEqual(['b', 'a']);
  });

  it('is never another for a moment, while places move up behind what a tab has left', async () => {
    const inner = memoryStorage();
    const shown: string[][] = [];
    const put: ClientStorage['put'] = async (name, text) => {
      await inner.put(name, text);
      const rows = (await inner.list('')).flatMap(([, row]) => parseEntry(row) ?? []);
      const own = rows.filter(({ key }) => key !== 'left');
      shown.push(own.toSorted((a, b) => a.place - b.place).map(({ key }) => key));
    };
    const { clock, open } = pages({ ...inner, put });
    const first = open();
    await settle();
    clock.turn(60_000);
    void first.publish('left');
    await settle();
    clock.turn(-60_000);
    const second = open();
    for (const key of ['a', 'b', 'c']) void second.publish(key);
    await settle();
    expect(second.states()).toEqual(['left queued', 'a queued', 'b queued', 'c queued']);
    expect(shown.map((keys) => keys.join(''))).toContain('abc');
    for (const keys of shown) expect(keys).toEqual(keys.toSorted());
  });

  it('[SND2] is by time where an earlier version has stored something', async () => {
    const storage = memoryStorage();
    const rows = { b: 999_000, a: 998_000 };
    for (const [key, at] of Object.entries(rows)) {
      const names = { key, kind: 'chat', room: 'general', type: 'message', user: 'ada' };
      const row = JSON.stringify({ ...names, at, data: JSON.stringify({ json: { text: key } }) });
      await storage.put(`outbox/ada/old/${key}/`, row);
    }
    const { open, sentBy } = pages(storage);
    const page = open();
    void page.publish('c');
    await settle();
    expect(await sentBy(page)).toEqual(['a', 'b', 'c']);
  });
});
