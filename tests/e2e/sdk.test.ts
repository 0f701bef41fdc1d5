import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { createRooms, joinRoom } from '../../client/index.ts';
import { chat, defineRoom, durable, ephemeral, RoomError, type Gap } from '../../shared/index.ts';
import { sdkClient, startServer, stockClient } from '../kit/clients.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('the SDK', () => {
  it('joins, sends, types, reads and leaves', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const room = rooms.chat.join('general', { onGap: 'reload' });
    const texts: string[] = [];
    room.on('message', ({ data, by }) => texts.push(`${by.name}: ${data.text}`));
    expect(await room.ready).toMatchObject({ start: 'fresh' });
    await room.typing({ typing: true });
    const ack = await room.send({ text: 'hello' });
    await waitFor(() => expect(texts).toEqual(['ada: hello']));
    expect((await room.history()).events).toMatchObject([
      { id: ack.id, idempotencyKey: expect.any(String) },
    ]);
    expect(await room.members()).toMatchObject({ count: 1 });
    room.leave();
    room.leave();
    expect(room.current).toEqual({ state: 'left' });
    const other = await sdkClient(server, 'bob');
    const seen = other.chat.join('general', { onGap: 'reload' });
    await waitFor(async () =>
      expect((await seen.members()).users).toEqual([{ id: 'bob', name: 'bob' }]),
    );
  });

  it('goes over the WebSocket of ws too, as it is', async () => {
    const server = await startServer();
    const token = await server.token('ada');
    const rooms = createRooms({ chat }, { url: server.socketUrl, token, WebSocket });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const texts: string[] = [];
    room.on('message', ({ data }) => texts.push(data.text));
    await room.ready;
    await room.send({ text: 'hello' });
    await waitFor(() => expect(texts).toEqual(['hello']));
  });

  it('gives a newcomer the latest values before anything else', async () => {
    const server = await startServer();
    const ada = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
    await ada.ready;
    await ada.typing({ typing: true });
    const bob = (await sdkClient(server, 'bob')).chat.join('r', { onGap: 'reload' });
    const seen: string[] = [];
    bob.on('typing', ({ by, data }) => seen.push(`${by.id} ${data.typing}`));
    await bob.ready;
    expect(seen).toEqual(['ada true']);
  });

  it('[CON4] shows no event before loadState is done, and loses none meanwhile', async () => {
    const server = await startServer();
    const writer = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
    await writer.send({ text: 'before' });
    const order: string[] = [];
    let finish = () => {};
    const rooms = await sdkClient(server, 'bob');
    const room = rooms.chat.join('r', {
      onGap: 'reload',
      loadState: async (position) => {
        order.push(`load ${position.split(':')[1]}`);
        await new Promise<void>((resolve) => (finish = resolve));
        order.push('loaded');
      },
    });
    room.on('message', ({ data }) => order.push(data.text));
    await waitFor(() => expect(order).toEqual(['load 1']));
    await writer.send({ text: 'meanwhile' });
    await room.members();
    finish();
    await room.ready;
    await writer.send({ text: 'after' });
    await waitFor(() => expect(order).toEqual(['load 1', 'loaded', 'meanwhile', 'after']));
  });

  it('[CON4] tells the handler of a gap and goes on', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const gaps: Gap[] = [];
    const room = rooms.chat.join('r', { since: 'OLD:7', onGap: (gap) => gaps.push(gap) });
    const ready = await room.ready;
    expect(gaps).toEqual([{ reason: 'epoch-changed', from: 'OLD:7', to: ready.position }]);
    const texts: string[] = [];
    room.on('message', ({ data }) => texts.push(data.text));
    await room.send({ text: 'on' });
    await waitFor(() => expect(texts).toEqual(['on']));
  });

  it('speaks in the errors of the table', async () => {
    const server = await startServer();
    const room = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
    await expect(room.send({ text: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await room.send({ text: 'a' }, { idempotencyKey: 'k' });
    const clash = room.send({ text: 'b' }, { idempotencyKey: 'k' });
    await expect(clash).rejects.toBeInstanceOf(RoomError);
    await expect(clash).rejects.toMatchObject({ code: 'CONFLICT', retryable: false });
    const bad = (await sdkClient(server, 'ada')).chat.join('a/b', { onGap: 'reload' });
    await expect(bad.ready).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(bad.current).toMatchObject({ state: 'failed', error: { code: 'BAD_INPUT' } });
  });

  it.each([
    ['a token that is none', { token: undefined as never }, /token must be/],
    ['a sessionId that no server takes', { token: 't', sessionId: 'a b' }, /sessionId must be/],
  ])('throws on %s, instead of connecting for ever', (_, options, message) => {
    const url = 'ws://127.0.0.1:1/trpc';
    expect(() => createRooms({ chat }, { url, ...options })).toThrow(message);
  });

  it('throws on a contract whose keys are not its kinds’ names, as the server does', () => {
    const on = { url: 'ws://127.0.0.1:1/trpc', token: 't' };
    expect(() => createRooms({ talk: chat }, on)).toThrow('"talk" must be named chat, as its kind');
  });

  it('says field by field what is wrong with what it sends', async () => {
    const rooms = await sdkClient(await startServer(), 'ada');
    const room = rooms.chat.join('general', { onGap: 'reload' });
    await expect(room.send({ text: ' ' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      issues: [{ path: 'data.text', message: expect.any(String) }],
    });
  });

  it('names the place where nothing opens, without what is secret in it', async () => {
    const server = await startServer();
    const place = server.socketUrl.replace('/trpc', '/nowhere');
    const url = `${place.replace('//', '//ada:pass@')}?key=secret`;
    const rooms = createRooms({ chat }, { url, token: await server.token('ada') });
    onTestFinished(() => rooms.close());
    await waitFor(() => expect(rooms.connection.current.state).toBe('waiting'));
    const { current } = rooms.connection;
    expect(current).toMatchObject({ error: { message: `nothing opens at ${place}` } });
  });

  it('says where a server is, when its path was forgotten, and that there is no URL', async () => {
    const server = await startServer();
    const token = await server.token('ada');
    const url = server.socketUrl.replace('/trpc', '');
    const rooms = createRooms({ chat }, { url, token });
    onTestFinished(() => rooms.close());
    await waitFor(() => expect(rooms.connection.current.state).toBe('waiting'));
    const message = `nothing opens at ${url}: a ready server is at its path /trpc`;
    expect(rooms.connection.current).toMatchObject({ error: { message } });
    for (const none of [undefined, '']) {
      const unset = none as unknown as string;
      expect(() => createRooms({ chat }, { url: unset, token })).toThrow('url must be a text');
    }
  });

  it('stops for good when its token is refused, and says why wherever it is asked', async () => {
    const server = await startServer();
    const rooms = createRooms({ chat }, { url: server.socketUrl, token: 'nonsense' });
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await expect(room.ready).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(rooms.connection.current).toMatchObject({
      state: 'stopped',
      error: { code: 'TOKEN_REFUSED' },
    });
    await expect(room.send({ text: 'x' })).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(() => rooms.chat.join('r', { onGap: 'reload' })).toThrow(RoomError);
    rooms.close();
  });

  it('fetches a new token and returns when one expires; a second time in a row it stops', async () => {
    const server = await startServer();
    let fetched = 0;
    const token = async () => {
      fetched += 1;
      return server.token('ada', { lifeMs: fetched === 1 ? -1_000 : 60_000 });
    };
    const rooms = createRooms({ chat }, { url: server.socketUrl, token, random: () => 0 });
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    expect(fetched).toBe(2);
    rooms.close();
    const expired = await server.token('ada', { lifeMs: -1_000 });
    const never = createRooms({ chat }, { url: server.socketUrl, token: expired, random: () => 0 });
    const lost = never.chat.join('r', { onGap: 'reload' });
    await expect(lost.ready).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('[AUT2] comes back as often as tokens expire that were taken, however short they live', async () => {
    const server = await startServer();
    let fetched = 0;
    const token = () => {
      fetched += 1;
      return server.token('ada', { lifeMs: fetched < 4 ? 1_500 : 60_000 });
    };
    const rooms = createRooms({ chat }, { url: server.socketUrl, token, random: () => 0 });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: () => expect.fail('a gap') });
    await waitFor(() => expect(fetched).toBe(4), 20_000);
    await room.send({ text: 'still here' });
    expect(rooms.connection.current).toEqual({ state: 'open' });
  });

  it('makes a handle of a stock client’s branch', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const room = joinRoom(chat, trpc.chat, 'r', { onGap: 'reload' });
    await room.ready;
    expect(await room.send({ text: 'x' })).toMatchObject({ duplicate: false });
    room.leave();
  });

  it('sends a value that occurs twice, twice', async () => {
    const board = defineRoom('board', {
      events: {
        line: durable(
          z.object({ from: z.object({ x: z.number() }), to: z.object({ x: z.number() }) }),
          {
            publish: 'client',
          },
        ),
      },
      shorthands: { draw: 'line' },
    });
    const server = await startServer({ rooms: { board } });
    const options = { url: server.socketUrl, token: await server.token('ada') };
    const rooms = createRooms({ board }, options);
    onTestFinished(() => rooms.close());
    const room = rooms.board.join('r', { onGap: 'reload' });
    const point = { x: 1 };
    await room.draw({ from: point, to: point });
    expect((await room.history()).events[0]?.data).toEqual({ from: { x: 1 }, to: { x: 1 } });
  });

  it('sends a Buffer as the bytes that it is', async () => {
    const bytes = z.object({ bytes: z.instanceof(Uint8Array) });
    const files = defineRoom('files', {
      events: {
        chunk: durable(bytes, { publish: 'client' }),
        tail: ephemeral(bytes, { publish: 'client' }),
      },
    });
    const server = await startServer({ rooms: { files } });
    const rooms = createRooms(
      { files },
      { url: server.socketUrl, token: await server.token('ada') },
    );
    onTestFinished(() => rooms.close());
    const room = rooms.files.join('r', { onGap: 'reload' });
    await room.ready;
    const seen: unknown[] = [];
    for (const type of ['chunk', 'tail'] as const) {
      room.on(type, ({ data }) => seen.push(data.bytes));
      await room.publish(type, { bytes: Buffer.from([1, 2]) });
    }
    await waitFor(() => expect(seen).toEqual([new Uint8Array([1, 2]), new Uint8Array([1, 2])]));
  });

  it('closes: every handle has left, and nothing opens again', async () => {
    const server = await startServer();
    const rooms = await sdkClient(server, 'ada');
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    const told: unknown[] = [];
    rooms.connection.subscribe((state) => told.push(state));
    rooms.close();
    rooms.close();
    expect(told).toEqual([{ state: 'stopped' }]);
    expect(room.current).toEqual({ state: 'left' });
    await expect(room.members()).rejects.toMatchObject({ code: 'DISCONNECTED' });
  });
});
