import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineMe, durable } from '../../shared/index.ts';
import { clientsOf, startServer, stockClient } from '../kit/clients.ts';
import { followMe } from '../kit/my-stream.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const hello = { code: 'hello', params: { times: 2 } };

describe('a private stream', () => {
  it('[USR1] brings a whisper to both, on all their devices, and to nobody else', async () => {
    const { server, clients } = await clientsOf('ada', 'bob', 'eve');
    const [ada, bob, eve] = clients as [
      (typeof clients)[0],
      (typeof clients)[0],
      (typeof clients)[0],
    ];
    const otherBob = stockClient(server.socketUrl, await server.token('bob')).trpc;
    const room = 'r';
    for (const trpc of clients) {
      trpc.chat.events.subscribe({ room }, {});
    }
    await waitFor(async () => {
      expect(await ada.chat.members.query({ room })).toMatchObject({ count: 3 });
    });
    const streams = await Promise.all([ada, bob, otherBob, eve].map((trpc) => followMe(trpc)));
    const ack = await ada.chat.whisper.mutate({ room, to: 'bob', text: ' psst ' });
    const whisper = {
      type: 'whisper',
      by: 'ada',
      data: { room: { kind: 'chat', id: room }, to: { id: 'bob', name: 'bob' }, text: 'psst' },
    };
    for (const stream of streams.slice(0, 3)) {
      await waitFor(() => expect(stream.events()).toEqual([whisper]));
    }
    expect(streams[0]?.frames.at(-1)?.id).toBe(ack.id);
    expect(streams[3]?.events()).toEqual([]);
    expect((await ada.chat.history.query({ room })).events).toEqual([]);
    expect((await eve.me.history.query()).events).toEqual([]);
    expect((await bob.me.history.query()).events).toMatchObject([{ type: 'whisper' }]);
  });

  it('[USR1] waits for one who is away, resumes, and survives a restart', async () => {
    const dataDir = tempDir();
    const first = await startServer({ dataDir });
    const { secret } = first;
    const ada = stockClient(first.socketUrl, await first.token('ada')).trpc;
    const bob = stockClient(first.socketUrl, await first.token('bob'));
    const room = 'r';
    bob.trpc.chat.events.subscribe({ room }, {});
    await waitFor(async () => {
      expect(await ada.chat.members.query({ room })).toMatchObject({ count: 1 });
    });
    await ada.chat.whisper.mutate({ room, to: 'bob', text: 'one' });
    const stream = await followMe(bob.trpc);
    const position = stream.frames[0]?.id ?? '';
    await ada.chat.whisper.mutate({ room, to: 'bob', text: 'two' });
    await waitFor(() => expect(stream.events()).toHaveLength(1));
    await first.close();

    const second = await startServer({ dataDir, secret });
    const again = stockClient(second.socketUrl, await second.token('bob')).trpc;
    const resumed = await followMe(again, position);
    expect(resumed.frames[0]?.data).toMatchObject({ type: 'ready', start: 'resumed' });
    await waitFor(() => expect(resumed.events()).toMatchObject([{ data: { text: 'two' } }]));
    const { events } = await again.me.history.query({ limit: 10 });
    expect(events.map(({ data }) => ('text' in data ? data.text : ''))).toEqual(['one', 'two']);
  });

  it('[USR1] is resumed by the stock client itself after its socket dropped', async () => {
    const { server, clients } = await clientsOf('ada');
    const bob = stockClient(server.socketUrl, await server.token('bob'));
    const [ada] = clients;
    bob.trpc.chat.events.subscribe({ room: 'r' }, {});
    const stream = await followMe(bob.trpc);
    await ada?.chat.whisper.mutate({ room: 'r', to: 'bob', text: 'one' });
    await waitFor(() => expect(stream.events()).toHaveLength(1));
    const { connection } = bob.socket;
    connection?.ws.close();
    await waitFor(() =>
      expect(stream.frames.at(-1)?.data).toMatchObject({ type: 'ready', start: 'resumed' }),
    );
    expect(stream.events()).toHaveLength(1);
  });

  it("[USR1] is the token's own: no input names another", async () => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, await server.token('eve'));
    const inputs = [
      ['subscription', 'me.events', { room: 'ada' }],
      ['subscription', 'me.events', { user: 'ada' }],
      ['query', 'me.history', { room: 'ada' }],
      ['query', 'me.state', { room: 'ada' }],
      ['mutation', 'me.markSeen', { room: 'ada', position: 'E:1' }],
    ] as const;
    for (const [index, [method, path, input]] of inputs.entries()) {
      socket.send(call(index + 1, method, path, input));
      expect(await socket.next()).toMatchObject({
        error: { json: { data: { reason: 'BAD_INPUT' } } },
      });
    }
    for (const path of ['me.publish', 'me.members', 'me.notify', 'me.whisper']) {
      socket.send(call(9, 'mutation', path, { room: 'ada', type: 'account', data: hello }));
      expect(await socket.next()).toMatchObject({
        error: { json: { data: { reason: 'NO_SUCH_PROCEDURE' } } },
      });
    }
  });

  it('[USR1] refuses who has no token', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl);
    await expect(trpc.me.history.query()).rejects.toMatchObject({
      data: { reason: 'UNAUTHENTICATED' },
    });
  });

  it('keeps how far it was seen: for all devices, never backwards, never ahead', async () => {
    const { server, clients } = await clientsOf('ada', 'bob');
    const [ada, bob] = clients as [(typeof clients)[0], (typeof clients)[0]];
    const tablet = stockClient(server.socketUrl, await server.token('bob')).trpc;
    bob.chat.events.subscribe({ room: 'r' }, {});
    const stream = await followMe(bob);
    const nothing = stream.frames[0]?.id.split('/')[0];
    expect(await bob.me.state.query()).toEqual({ seen: null, unread: 0, to: nothing });
    for (const text of ['one', 'two']) {
      await ada.chat.whisper.mutate({ room: 'r', to: 'bob', text });
    }
    await waitFor(() => expect(stream.events()).toHaveLength(2));
    const [one = '', two = ''] = stream.frames.slice(-2).map(({ id }) => id);
    expect(await bob.me.state.query()).toEqual({ seen: null, unread: 2, to: two });
    const first = { seen: one, unread: 1, to: two };
    expect(await tablet.me.markSeen.mutate({ position: one })).toEqual(first);
    const both = { seen: two, unread: 0, to: two };
    expect(await tablet.me.markSeen.mutate({ position: two })).toEqual(both);
    expect(await bob.me.markSeen.mutate({ position: one })).toEqual(both);
    expect(await bob.me.state.query()).toEqual(both);
    await waitFor(() =>
      expect(stream.events().at(-1)).toEqual({
        type: 'seen',
        by: '@server',
        data: { position: two },
      }),
    );
    const ahead = two.replace(/:\d+$/, ':99');
    for (const [position, reason] of [
      [ahead, 'BAD_INPUT'],
      ['nonsense', 'BAD_INPUT'],
      ['other:1', 'STALE_POSITION'],
    ] as const) {
      await expect(bob.me.markSeen.mutate({ position })).rejects.toMatchObject({
        data: { reason },
      });
    }
    expect(await bob.me.state.query()).toEqual(both);
    // Copies of what she has whispered are nothing new to her.
    expect(await ada.me.state.query()).toMatchObject({ seen: null, unread: 0 });
  });

  it('[USR1] counts what is new up to 1,000, of every type that is kept', async () => {
    const me = defineMe({ events: { shipped: durable(z.object({ order: z.number() })) } });
    const server = await startServer({ rooms: { chat, me } });
    const bob = stockClient(server.socketUrl, await server.token('bob')).trpc;
    const stream = await followMe(bob);
    await server.rooms.notify('bob', 'shipped', { order: 1 });
    await server.rooms.notify('bob', 'account', { code: 'renamed' });
    await waitFor(() => expect(stream.events()).toHaveLength(2));
    const mark = stream.frames.at(-1)?.id ?? '';
    expect(await bob.me.state.query()).toMatchObject({ unread: 2, to: mark });
    expect(await bob.me.markSeen.mutate({ position: mark })).toMatchObject({ unread: 0 });
    const more = Array.from({ length: 1_010 }, (_, order) =>
      server.rooms.notify('bob', 'shipped', { order }),
    );
    await Promise.all(more);
    expect(await bob.me.state.query()).toMatchObject({ seen: mark, unread: 1_000 });
  });
});
