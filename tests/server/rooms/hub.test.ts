import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Hub } from '../../../server/rooms/hub.ts';
import {
  chat,
  defineRoom,
  durable,
  ephemeral,
  latest,
  limits,
  type By,
} from '../../../shared/index.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada, bob, general, testHub } from '../../kit/rooms.ts';

const ticker = defineRoom('ticker', {
  events: {
    price: latest(z.object({ symbol: z.string(), price: z.number() }), {
      key: ({ symbol }) => symbol,
    }),
    flash: ephemeral(z.object({ text: z.string() }), { publish: 'client' }),
    halt: durable(z.object({ at: z.date(), bytes: z.instanceof(Uint8Array) })),
  },
});

const member = (user: By = ada, memberId = `${user.id}-1`) => ({ user, memberId });
const say = (hub: Hub, text: string, by: By = ada) =>
  hub.publish({ room: general, type: 'message', data: { text }, by });

describe('Hub', () => {
  it('[LOG1] acknowledges with position, time and level', async () => {
    const { hub, clock } = testHub();
    expect(await say(hub, 'hi')).toEqual({
      id: 'E:1',
      position: 'E:1',
      at: new Date(clock.now()),
      level: 'memory',
      duplicate: false,
    });
  });

  it('[SND3] gives every copy of an event the key of its publisher', async () => {
    const { hub } = testHub();
    const feed = await hub.subscribe({ room: general, member: member() });
    await feed.next();
    const data = { text: 'hi' };
    await hub.publish({ room: general, type: 'message', data, by: ada, idempotencyKey: 'k' });
    const live = (await feed.next()).value?.[1];
    const { events } = await hub.history({ kind: 'chat', room: 'general' });
    expect(live).toEqual({ type: 'event', event: events[0] });
    expect(events[0]).toMatchObject({ idempotencyKey: 'k', by: ada, data });
  });

  it('lets the server’s own code observe a room, with no seat and no replay', async () => {
    const { hub } = testHub();
    await say(hub, 'before');
    const texts: unknown[] = [];
    const observer = hub.observe(general).subscribe({
      next: (frame) => texts.push(frame.type === 'event' ? frame.event.data : frame.type),
    });
    await settle();
    await say(hub, 'one');
    expect((await hub.members(general)).count).toBe(0);
    observer.unsubscribe();
    await say(hub, 'two');
    expect(texts).toEqual([{ text: 'one' }]);
  });

  it('gives everybody behind an observer that throws their frames, and reports what it threw', async () => {
    const onError = vi.fn();
    const { hub } = testHub({ onError });
    const bug = new Error('a bug of the app');
    hub.observe(general).subscribe({
      next: () => {
        throw bug;
      },
    });
    await settle();
    const feed = await hub.subscribe({ room: general, member: member() });
    await feed.next();
    await say(hub, 'one');
    await hub.publish({ room: general, type: 'typing', data: { typing: true }, by: bob });
    const frames = [await feed.next(), await feed.next()].map(({ value }) => value?.[1]);
    expect(frames).toMatchObject([
      { type: 'event', event: { type: 'message' } },
      { type: 'event', event: { type: 'typing' } },
    ]);
    expect(onError).toHaveBeenCalledWith(bug);
  });

  it('tells whoever observes a room of no kind', async () => {
    const { hub } = testHub();
    const error = await new Promise((resolve) => {
      hub.observe({ kind: 'nothing', id: 'r' }).subscribe({ error: resolve });
    });
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('[CON1] keeps the newest value per key for newcomers, and stores none of it', async () => {
    const { hub, log } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const quote = (symbol: string, price: number) =>
      hub.publish({ room, type: 'price', data: { symbol, price }, by: ada });
    await quote('A', 1);
    await quote('B', 2);
    const ack = await quote('A', 3);
    expect(ack).toMatchObject({ level: 'live', position: 'E:0' });
    const feed = await hub.subscribe({ room, member: member() });
    const ready = (await feed.next()).value?.[1];
    if (ready?.type !== 'ready') throw new Error('no ready');
    expect(ready.latest.map(({ data }) => data)).toEqual([
      { symbol: 'B', price: 2 },
      { symbol: 'A', price: 3 },
    ]);
    expect(ready.latest[1]?.id).toBe(ack.id);
    expect(await log.bounds(room)).toMatchObject({ head: 0 });
  });

  it('[CON1] gives ephemeral events to those who are there and to nobody else', async () => {
    const { hub } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const flash = () => hub.publish({ room, type: 'flash', data: { text: '!' }, by: ada });
    await flash();
    const feed = await hub.subscribe({ room, member: member() });
    expect((await feed.next()).value?.[1]).toMatchObject({ type: 'ready', latest: [] });
    const ack = await flash();
    const frame = (await feed.next()).value?.[1];
    expect(frame).toMatchObject({ type: 'event', event: { id: ack.id, data: { text: '!' } } });
  });

  it('carries dates and bytes through log and feed', async () => {
    const { hub } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const data = { at: new Date(5), bytes: new Uint8Array([1, 2, 255]) };
    await hub.publish({ room, type: 'halt', data, by: ada });
    const { events } = await hub.history({ kind: 'ticker', room: 'nyse' });
    expect(events[0]?.data).toEqual(data);
  });

  it('[TYP1] clears an expired value on the server’s clock and tells followers', async () => {
    const { hub, clock } = testHub();
    const feed = await hub.subscribe({ room: general, member: member(bob) });
    await feed.next();
    await hub.publish({ room: general, type: 'typing', data: { typing: true }, by: ada });
    expect((await feed.next()).value?.[1]).toMatchObject({ type: 'event' });
    clock.advance(5_999);
    const newcomer = await hub.subscribe({ room: general, member: member(bob, 'b2') });
    expect((await newcomer.next()).value?.[1]).toMatchObject({
      latest: [{ data: { typing: true } }],
    });
    clock.advance(1);
    expect((await newcomer.next()).value?.[1]).toEqual({
      type: 'cleared',
      event: 'typing',
      key: 'ada',
    });
  });

  it('[TYP1] renews a value that is published again before it expires', async () => {
    const { hub, clock } = testHub();
    const type = () =>
      hub.publish({ room: general, type: 'typing', data: { typing: true }, by: ada });
    await type();
    clock.advance(5_000);
    await type();
    clock.advance(5_000);
    const feed = await hub.subscribe({ room: general, member: member(bob) });
    expect((await feed.next()).value?.[1]).toMatchObject({ latest: [{ by: ada }] });
  });

  it('[CON1] clears the values of a user who has left, with the last of his seats', async () => {
    const { hub } = testHub();
    const watcher = await hub.subscribe({ room: general, member: member(bob) });
    await watcher.next();
    const first = await hub.subscribe({ room: general, member: member(ada, 'a1') });
    const second = await hub.subscribe({ room: general, member: member(ada, 'a2') });
    await hub.publish({ room: general, type: 'typing', data: { typing: true }, by: ada });
    expect((await watcher.next()).value?.[1]).toMatchObject({ type: 'event' });
    await first.return();
    await say(hub, 'still here', bob);
    expect((await watcher.next()).value?.[1]).toMatchObject({ event: { type: 'message' } });
    await second.return();
    const cleared = { type: 'cleared', event: 'typing', key: 'ada' };
    expect((await watcher.next()).value?.[1]).toEqual(cleared);
  });

  it('[CON1] holds a bounded number of values, and clears the one set longest ago', async () => {
    const { hub } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const watcher = await hub.subscribe({ room, member: member() });
    await watcher.next();
    for (let index = 0; index <= limits.latestValues; index += 1) {
      const data = { symbol: `s${index}`, price: index };
      await hub.publish({ room, type: 'price', data, by: bob });
    }
    const newcomer = await hub.subscribe({ room, member: member(bob) });
    const ready = (await newcomer.next()).value?.[1];
    if (ready?.type !== 'ready') throw new Error('no ready');
    expect(ready.latest).toHaveLength(limits.latestValues);
    expect(ready.latest[0]?.data).toEqual({ symbol: 's1', price: 1 });
  });

  it('refuses data that cannot be carried', async () => {
    const { hub } = testHub();
    const data = JSON.parse('{"constructor":{"x":1}}') as object;
    const publish = hub.publish({ room: general, type: 'message', data, by: ada });
    await expect(publish).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

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

  it('[PRE1] shows each user once while one of his connections is there', async () => {
    const { hub } = testHub();
    const names = async () => (await hub.members(general)).users.map(({ name }) => name);
    const first = await hub.subscribe({ room: general, member: member(ada, 'a1') });
    const second = await hub.subscribe({ room: general, member: member(ada, 'a2') });
    const third = await hub.subscribe({ room: general, member: member(bob) });
    expect(await hub.members(general)).toMatchObject({
      room: 'general',
      users: [ada, bob],
      count: 2,
    });
    await first.return();
    expect(await names()).toEqual(['Ada', 'Bob']);
    await Promise.all([second.return(), third.return()]);
    expect(await names()).toEqual([]);
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
    await expect(hub.subscribe({ room: general, member: member(), since })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('refuses kinds and events that no contract has, prototype names among them', async () => {
    const { hub } = testHub({ contract: { chat } });
    const publish = (kind: string, type: string) =>
      hub.publish({ room: { kind, id: 'r' }, type, data: {}, by: ada });
    for (const [kind, type] of [
      ['nope', 'message'],
      ['chat', 'nope'],
      ['chat', 'constructor'],
      ['__proto__', 'message'],
      ['constructor', 'message'],
    ] as const) {
      await expect(publish(kind, type)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });

  it('answers the publishes under way when it drains, and refuses later ones', async () => {
    const { hub } = testHub();
    const running = say(hub, 'a');
    const drained = hub.drain();
    expect(await running).toMatchObject({ position: 'E:1' });
    await drained;
    await expect(say(hub, 'b')).rejects.toMatchObject({ code: 'RESTARTING' });
  });

  it('ends every feed when it closes', async () => {
    const { hub, clock } = testHub();
    const feed = await hub.subscribe({ room: general, member: member() });
    await feed.next();
    const waiting = feed.next();
    await hub.close();
    await hub.close();
    expect(await waiting).toMatchObject({ done: true });
    // Where others would see it, his seat would wait for him on another node.
    clock.advance(15_000);
    expect(await hub.members(general)).toMatchObject({ count: 0 });
  });
});
