import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineRoom, durable, ephemeral, latest, type By } from '../../../shared/index.ts';
import { ada, bob, general, testHub } from '../../kit/rooms.ts';

const ticker = defineRoom('ticker', {
  events: {
    price: latest(z.object({ symbol: z.string(), price: z.number() }), {
      key: ({ symbol }) => symbol,
    }),
    flash: ephemeral(z.object({ text: z.string() }), { publish: 'client' }),
    nudge: ephemeral(z.object({}), { publish: 'client', echo: false }),
    halt: durable(z.object({ at: z.date(), bytes: z.instanceof(Uint8Array) })),
  },
});

const member = (user: By = ada, memberId = `${user.id}-1`) => ({ user, memberId });

describe('Publisher', () => {
  it('[LOG1] acknowledges with position, time and level', async () => {
    const { hub, clock } = testHub();
    const message = { room: general, type: 'message', data: { text: 'hi' }, by: ada };
    expect(await hub.publish(message)).toEqual({
      id: 'E:1',
      position: 'E:1',
      at: new Date(clock.now()),
      level: 'memory',
      duplicate: false,
    });
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

  it('[CON1] gives an ephemeral event without an echo to all but the user who publishes it', async () => {
    const { hub } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const open = (user: By, id: string) => hub.subscribe({ room, member: member(user, id) });
    const feeds = [await open(ada, 'a1'), await open(ada, 'a2'), await open(bob, 'b1')];
    for (const feed of feeds) await feed.next();
    await hub.publish({ room, type: 'nudge', data: {}, by: ada });
    await hub.publish({ room, type: 'flash', data: { text: '!' }, by: ada });
    const first = await Promise.all(feeds.map(async (feed) => (await feed.next()).value?.[1]));
    const types = first.map((frame) => frame?.type === 'event' && frame.event.type);
    expect(types).toEqual(['flash', 'flash', 'nudge']);
  });

  it('carries dates and bytes through log and feed', async () => {
    const { hub } = testHub({ contract: { ticker } });
    const room = { kind: 'ticker', id: 'nyse' };
    const data = { at: new Date(5), bytes: new Uint8Array([1, 2, 255]) };
    await hub.publish({ room, type: 'halt', data, by: ada });
    const { events } = await hub.history({ kind: 'ticker', room: 'nyse' });
    expect(events[0]?.data).toEqual(data);
  });

  it('refuses data that cannot be carried', async () => {
    const { hub } = testHub();
    const data = JSON.parse('{"constructor":{"x":1}}') as object;
    const publish = hub.publish({ room: general, type: 'message', data, by: ada });
    await expect(publish).rejects.toMatchObject({ code: 'BAD_INPUT' });
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
});
