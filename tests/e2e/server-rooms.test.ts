import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineRoom, durable, latest, SERVER, type By } from '../../shared/index.ts';
import { follow, startServer, stockClient } from '../kit/clients.ts';
import { followMe } from '../kit/my-stream.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('the rooms of a ready server', () => {
  it('publish, edit, remove, notify and revoke as those of createRooms do', async () => {
    const server = await startServer();
    const { rooms } = server;
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const [feed, own] = [await follow(trpc, 'r'), await followMe(trpc)];
    const by = { id: 'ops', name: 'Ops' };
    const { position } = await rooms.publish('chat', 'r', 'message', { text: 'hi' }, { by });
    await rooms.edit('chat', 'r', position, { text: 'hello' });
    await rooms.remove('chat', 'r', position);
    await rooms.notify('bob', 'notification', { code: 'hello', params: {} });
    await rooms.revoke({ kind: 'chat', room: 'r', user: 'bob' });
    const isEnd = ({ type }: { type: string }) => type === 'revoked';
    await waitFor(() => expect(feed.frames.some(({ data }) => isEnd(data))).toBe(true));
    const types = feed.frames.flatMap(({ data }) => (data.type === 'event' ? data.event.type : []));
    expect(types).toEqual(['message', 'edited', 'removed']);
    await waitFor(() => expect(own.events()).toMatchObject([{ by: '@server' }]));
    expect(rooms.failure()).toBeUndefined();
  });

  it('tell of whom they speak for his id and name, whatever else is handed over', async () => {
    const server = await startServer();
    const { rooms } = server;
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const feed = await follow(trpc, 'r');
    const by = { id: 'ops', name: 'Ops', expiresAt: 5, claims: { tenant: 'acme' } };
    const { position } = await rooms.publish('chat', 'r', 'message', { text: 'hi' }, { by });
    await rooms.edit('chat', 'r', position, { text: 'hello' }, { by });
    await rooms.publish('chat', 'r', 'typing', { typing: true }, { by });
    await rooms.remove('chat', 'r', position, { by });
    const events = () =>
      feed.frames.flatMap(({ data }) => (data.type === 'event' ? data.event : []));
    await waitFor(() => expect(events()).toHaveLength(4));
    for (const event of events()) expect(event.by).toEqual({ id: 'ops', name: 'Ops' });
    expect(JSON.stringify(feed.frames)).not.toMatch(/expiresAt|tenant/);
  });

  it.each<[what: string, field: string, how: { by?: By; idempotencyKey?: string }]>([
    ['an id that is none', 'by.id', { by: { id: 'a@b', name: 'Ada' } }],
    ['an id that is none', 'by.id', { by: { id: '@ada', name: 'Ada' } }],
    ['the server by another name', 'by.id', { by: { ...SERVER, name: 'Ops' } }],
    ['no name', 'by.name', { by: { id: 'ada', name: '' } }],
    ['a name that is not as it looks', 'by.name', { by: { id: 'ada', name: 'Ada\u202eecilA' } }],
    ['nobody at all', 'by', { by: null as never }],
    ['no key', 'idempotencyKey', { idempotencyKey: '' }],
    ['a key with a space', 'idempotencyKey', { idempotencyKey: 'a b' }],
    ['a long key', 'idempotencyKey', { idempotencyKey: 'k'.repeat(100_000) }],
  ])('[CON3] [SND1] refuse to tell others of %s (%s)', async (_, path, how) => {
    const { rooms } = await startServer();
    const text = { text: 'hi' };
    const { position } = await rooms.publish('chat', 'r', 'message', text, { by: SERVER });
    const tried = [
      rooms.publish('chat', 'r', 'message', text, how),
      rooms.publish('chat', 'r', 'typing', { typing: true }, how),
      rooms.notify('bob', 'notification', { code: 'hello', params: {} }, how),
      ...('by' in how
        ? [rooms.edit('chat', 'r', position, text, how), rooms.remove('chat', 'r', position, how)]
        : []),
    ];
    const message = expect.stringContaining(`${path}: `);
    const refused = { status: 'rejected', reason: { code: 'BAD_INPUT', message } };
    expect(await Promise.allSettled(tried)).toMatchObject(tried.map(() => refused));
    const { events } = await rooms.history('chat', 'r');
    expect(events).toMatchObject([{ by: SERVER, data: text }]);
  });

  it('[PRE1] list the rooms that somebody is in, and know who can be reached', async () => {
    const { rooms, ...server } = await startServer();
    const as = async (user: string) => stockClient(server.socketUrl, await server.token(user));
    const [ada, bob] = [await as('ada'), await as('bob')];
    expect(await rooms.occupied('chat')).toEqual({ rooms: [] });
    for (const room of ['b', 'a', 'c']) await follow(ada.trpc, room);
    await follow(bob.trpc, 'b');
    await followMe(bob.trpc);
    expect(await rooms.occupied('chat', { limit: 2 })).toEqual({
      rooms: [
        { room: 'a', count: 1 },
        { room: 'b', count: 2 },
      ],
      next: 'b',
    });
    expect(await rooms.occupied('chat', { limit: 2, after: 'b' })).toEqual({
      rooms: [{ room: 'c', count: 1 }],
    });
    expect([await rooms.isOnline('bob'), await rooms.isOnline('ada')]).toEqual([true, false]);
    for (const bad of [
      () => rooms.occupied('chat', { limit: 0 }),
      () => rooms.occupied('chat', { after: 'no room' }),
      () => rooms.occupied('nope' as 'chat'),
      () => rooms.isOnline('no user'),
    ]) {
      await expect(bad()).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });

  it('[LOG1] say where a room stands, an empty one too', async () => {
    const { rooms } = await startServer();
    const empty = await rooms.position('chat', 'r');
    expect(empty).toMatch(/^[\w-]+:0$/);
    const { position } = await rooms.publish('chat', 'r', 'message', { text: 'one' });
    expect(await rooms.position('chat', 'r')).toBe(position);
    await rooms.publish('chat', 'r', 'typing', { typing: true });
    expect(await rooms.position('chat', 'r')).toBe(position);
    const { events } = await rooms.history('chat', 'r', { after: empty });
    expect(events.map((event) => event.position)).toEqual([position]);
    await expect(rooms.position('chat', 'no room')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(rooms.position('nope' as 'chat', 'r')).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('read pages of history and members that are as large as those of clients', async () => {
    const { rooms } = await startServer();
    const at = await rooms.position('chat', 'r');
    for (const bad of [
      () => rooms.history('chat', 'r', { limit: 201 }),
      () => rooms.history('chat', 'r', { limit: 0 }),
      () => rooms.history('chat', 'r', { before: at, after: at }),
      () => rooms.members('chat', 'r', { limit: 501 }),
      () => rooms.members('chat', 'no room'),
    ]) {
      await expect(bad()).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
    expect(await rooms.history('chat', 'r', { limit: 200 })).toEqual({
      events: [],
      hasMore: false,
    });
  });

  it('[CON1] read the latest values that stand in a room, followed or not', async () => {
    const ticker = defineRoom('ticker', {
      events: {
        price: latest(z.object({ symbol: z.string(), price: z.bigint() }), {
          key: ({ symbol }) => symbol,
        }),
        halted: durable(z.object({})),
      },
    });
    const { rooms } = await startServer({ rooms: { chat, ticker } });
    expect(await rooms.latest('ticker', 'nyse')).toEqual({ latest: [] });
    await rooms.publish('ticker', 'nyse', 'price', { symbol: 'ACME', price: 7n });
    await rooms.publish('ticker', 'nyse', 'price', { symbol: 'ORB', price: 1n });
    await rooms.publish('ticker', 'nyse', 'price', { symbol: 'ACME', price: 8n });
    const { latest: values } = await rooms.latest('ticker', 'nyse');
    expect(values.map(({ type, data }) => [type, data.symbol, data.price])).toEqual([
      ['price', 'ORB', 1n],
      ['price', 'ACME', 8n],
    ]);
    expect(await rooms.latest('ticker', 'tse')).toEqual({ latest: [] });
    expect(await rooms.latest('chat', 'nyse')).toEqual({ latest: [] });
    await expect(rooms.latest('ticker', 'a b')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(rooms.latest('nope' as never, 'r')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('can be observed, and refuse what their contract does not know', async () => {
    const { rooms } = await startServer();
    const seen: string[] = [];
    rooms.observe('chat', 'r').subscribe({ next: ({ type }) => void seen.push(type) });
    await waitFor(async () => {
      await rooms.publish('chat', 'r', 'message', { text: 'hi' });
      expect(seen).toContain('event');
    });
    const wrong = rooms.publish('chat', 'r', 'nope' as never, {} as never);
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_INPUT' });
    const error = await new Promise((resolve) => {
      rooms.observe('chat', 'a b').subscribe({ error: resolve });
    });
    expect(error).toMatchObject({ code: 'BAD_INPUT' });
    const unknown = rooms.revoke({ kind: 'nope' as never, room: 'r', user: 'bob' });
    await expect(unknown).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('say of which id and which name they know nothing', async () => {
    const { rooms } = await startServer();
    const hello = { code: 'hello', params: {} };
    const asked: [call: Promise<unknown>, message: string][] = [
      [rooms.notify('b b', 'notification', hello), 'not a user id: b b'],
      [rooms.isOnline('b b'), 'not a user id: b b'],
      [rooms.signOut('b b'), 'not a user id: b b'],
      [rooms.publish('chat', 'b b', 'message', { text: 'hi' }), 'not a room id: b b'],
      [rooms.publish('zz' as 'chat', 'r', 'message', { text: 'hi' }), 'no room kind zz'],
      [rooms.publish('chat', 'r', 'nope' as never, {} as never), 'chat has no event nope'],
    ];
    const said = await Promise.allSettled(asked.map(([call]) => call));
    expect(said).toMatchObject(
      asked.map(([, message]) => ({ reason: { code: 'BAD_INPUT', message } })),
    );
  });

  it('[CON3] say what is wrong with an event, field by field', async () => {
    const { rooms } = await startServer();
    await expect(rooms.publish('chat', 'r', 'message', { text: '' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^text: /),
      issues: [{ path: 'text' }],
    });
  });
});
