import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Hub } from '../../../server/rooms/hub.ts';
import { defineRoom, latest, limits, type By } from '../../../shared/index.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada, bob, general, testHub } from '../../kit/rooms.ts';

const ticker = defineRoom('ticker', {
  events: {
    price: latest(z.object({ symbol: z.string(), price: z.number() }), {
      key: ({ symbol }) => symbol,
    }),
  },
});

const member = (user: By = ada, memberId = `${user.id}-1`) => ({ user, memberId });
const say = (hub: Hub, text: string, by: By = ada) =>
  hub.publish({ room: general, type: 'message', data: { text }, by });

describe('Hub', () => {
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

  it('answers the publishes under way when it drains, and refuses later ones', async () => {
    const { hub } = testHub();
    const running = say(hub, 'a');
    const drained = hub.drain();
    expect(await running).toMatchObject({ position: 'E:1' });
    await drained;
    await expect(say(hub, 'b')).rejects.toMatchObject({ code: 'RESTARTING' });
  });

  it('ends every feed when it closes', async () => {
    const { hub, presence, clock } = testHub();
    const feed = await hub.subscribe({ room: general, member: member() });
    await feed.next();
    const waiting = feed.next();
    await hub.close();
    await hub.close();
    expect(await waiting).toMatchObject({ done: true });
    // Where others would see it, his seat would wait for him on another node.
    clock.advance(15_000);
    expect(await presence.count(general)).toBe(0);
  });
});
