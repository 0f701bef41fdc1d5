import { describe, expect, it, vi } from 'vitest';
import type { Hub } from '../../../server/rooms/hub.ts';
import { limits } from '../../../shared/index.ts';
import { ada, general, testHub } from '../../kit/rooms.ts';

const say = (hub: Hub, text: string) =>
  hub.publish({ room: general, type: 'message', data: { text }, by: ada });

describe('history', () => {
  it('reads past pages of erased events', async () => {
    const { hub, log } = testHub();
    for (const text of ['a', 'b', 'c', 'd']) await say(hub, text);
    for (const offset of [2, 3]) await log.erase(general, offset);
    const page = { kind: 'chat', room: 'general', limit: 2 };
    const before = await hub.history({ ...page, before: 'E:4' });
    expect([before.events.map(({ id }) => id), before.hasMore]).toEqual([['E:1'], false]);
    const after = await hub.history({ ...page, after: 'E:1' });
    expect([after.events.map(({ id }) => id), after.hasMore]).toEqual([['E:4'], false]);
  });

  it('reads history backwards and forwards, and says whether there is more', async () => {
    const { hub } = testHub();
    for (const text of ['a', 'b', 'c', 'd', 'e']) await say(hub, text);
    const read = async (input: object) => {
      const page = await hub.history({ kind: 'chat', room: 'general', ...input });
      return [page.events.map(({ id }) => id.slice(2)).join(), page.hasMore];
    };
    expect(await read({ limit: 2 })).toEqual(['4,5', true]);
    expect(await read({ limit: 2, before: 'E:4' })).toEqual(['2,3', true]);
    expect(await read({ limit: 2, before: 'E:3' })).toEqual(['1,2', false]);
    expect(await read({ limit: 2, after: 'E:2' })).toEqual(['3,4', true]);
    expect(await read({ limit: 2, after: 'E:3/n7' })).toEqual(['4,5', false]);
    expect(await read({ after: 'E:5' })).toEqual(['', false]);
  });

  it('[TRN4] gives a page of fewer events where so many would be too large, and all of them in pages', async () => {
    const { hub } = testHub();
    const texts = Array.from({ length: 40 }, (_, no) => `${no}`.padEnd(4_000, '\u0001'));
    for (const text of texts) await say(hub, text);
    const page = (input: object) =>
      hub.history({ kind: 'chat', room: 'general', limit: 200, ...input });
    const sizes: number[] = [];
    const back: unknown[] = [];
    for (let before: string | undefined; ;) {
      const { events, hasMore } = await page(before === undefined ? {} : { before });
      sizes.push(Buffer.byteLength(JSON.stringify(events)));
      back.unshift(...events.map(({ data }) => data));
      before = events[0]?.position;
      if (!hasMore) break;
    }
    const forth: unknown[] = [];
    for (let after = 'E:0'; ;) {
      const { events, hasMore } = await page({ after });
      forth.push(...events.map(({ data }) => data));
      after = events.at(-1)?.position ?? after;
      if (!hasMore) break;
    }
    const all = texts.map((text) => ({ text }));
    expect([back, forth]).toEqual([all, all]);
    expect(Math.max(...sizes)).toBeLessThan(1.1 * limits.historyBytes);
  });

  it('[TRN4] gives a page of fewer events where their edits would be too large', async () => {
    const { hub, log } = testHub();
    const texts = Array.from({ length: 40 }, (_, no) => `${no}`);
    for (const text of texts) await say(hub, text);
    for (const [index] of texts.entries()) {
      const data = JSON.stringify({ json: { text: '\u0001'.repeat(4_000) } });
      const edit = { type: 'edited', data, about: index + 1, by: ada, at: 1 };
      await log.append({ room: general, ...edit });
    }
    const { events, changes, hasMore } = await hub.history({
      kind: 'chat',
      room: 'general',
      before: 'E:41',
    });
    expect(events.at(-1)?.data).toEqual({ text: '39' });
    expect(changes).toHaveLength(events.length);
    expect(hasMore).toBe(true);
    expect(Buffer.byteLength(JSON.stringify(changes))).toBeLessThan(1.1 * limits.historyBytes);
  });

  it('[TRN4] passes by what was removed, however much, and tells of that alone which stands next to a page', async () => {
    const { hub, log } = testHub();
    const count = 1_001;
    await say(hub, 'first');
    for (let offset = 2; offset <= count; offset += 1) await say(hub, 'gone');
    for (let offset = 2; offset <= count; offset += 1) {
      const removed = { type: 'removed', data: '{"json":{}}', about: offset, by: ada, at: 1 };
      await log.append({ room: general, ...removed });
      await log.erase(general, offset);
    }
    const reads = vi.spyOn(log, 'read');
    const asked = { kind: 'chat', room: 'general', before: `E:${count + 1}` };
    for (const limit of [1, 50, 200]) {
      const { events, changes, hasMore } = await hub.history({ ...asked, limit });
      expect(events.map(({ data }) => data)).toEqual([{ text: 'first' }]);
      expect(hasMore).toBe(false);
      expect(changes?.length ?? 0).toBeLessThanOrEqual(2 * limits.historyPageMax);
    }
    const { events } = await hub.history({ ...asked, before: undefined, after: 'E:1', limit: 3 });
    expect(events.map(({ position }) => position)).toEqual(['E:1002', 'E:1003', 'E:1004']);
    expect(reads.mock.calls.length).toBeLessThan(30);
  });

  it('refuses positions of another epoch, and what is no position', async () => {
    const { hub } = testHub();
    await say(hub, 'a');
    const read = (before: string) => hub.history({ kind: 'chat', room: 'general', before });
    await expect(read('OLD:1')).rejects.toMatchObject({ code: 'STALE_POSITION' });
    await expect(read('E:-1')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const since = 'E:1; drop table';
    const member = { user: ada, memberId: 'a1' };
    await expect(hub.subscribe({ room: general, member, since })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });
});
