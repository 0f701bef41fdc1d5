import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { createRooms, type RoomsClientOptions } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { answer, bareServer, type SeenCall } from '../kit/bare-server.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { waitFor } from '../kit/wait-for.ts';

const ready = { type: 'ready', start: 'fresh', position: 'E:0', latest: [] };
const subscribed = (socket: WebSocket, { id }: SeenCall, frame: unknown = ready) => {
  socket.send(JSON.stringify({ id, result: { type: 'started' } }));
  answer(socket, id, { id: 'E:0/1', data: frame }, 'E:0/1');
};

/** A client of a server that answers as the test says. */
async function meet(options: Partial<RoomsClientOptions> = {}) {
  const server = await bareServer();
  const clock = manualClock();
  const rooms = createRooms(
    { chat },
    {
      url: server.url,
      token: 'token',
      random: () => 0,
      now: clock.now,
      after: clock.after,
      wake: () => () => {},
      ...options,
    },
  );
  onTestFinished(() => rooms.close());
  const isOpen = () => waitFor(() => expect(rooms.connection.current.state).toBe('open'));
  await isOpen();
  return { server, clock, rooms, isOpen };
}

describe('the SDK and a hostile server', () => {
  it.each([
    ['no JSON', 'nonsense'],
    ['a list', '[{"id":1}]'],
    ['bytes', Buffer.from([1, 2, 3])],
    ['a frame of 17 MiB', `"${'x'.repeat(17 * 1024 * 1024)}"`],
    [
      'a frame too deep',
      `{"id":1,"result":{"data":{"json":${'['.repeat(3e5)}${']'.repeat(3e5)}}}}`,
    ],
    ['an answer to nothing', '{"id":"x","result":{}}'],
  ])('leaves a server that sends %s, says so, and comes back', async (_, frame) => {
    const { server, clock, rooms, isOpen } = await meet();
    server.sockets[0]?.send(frame);
    await waitFor(() =>
      expect(rooms.connection.current).toMatchObject({
        state: 'waiting',
        error: { code: 'INTERNAL' },
      }),
    );
    clock.advance(500);
    await isOpen();
    expect(server.sockets).toHaveLength(2);
  });

  it('is not provoked into a storm of connections', async () => {
    const { server, clock, rooms } = await meet();
    server.onConnect = (socket) => socket.send('nonsense');
    server.sockets[0]?.send('nonsense');
    for (let round = 0; round < 6; round += 1) {
      await waitFor(() => expect(rooms.connection.current.state).toBe('waiting'));
      expect(rooms.connection.current).toMatchObject({ attempt: round + 1 });
      clock.advance(500);
    }
    await waitFor(() => expect(rooms.connection.current.state).toBe('waiting'));
    expect(server.sockets).toHaveLength(7);
  });

  it.each([
    ['empty', {}],
    ['null', null],
    ['a text', 'text'],
    ['an event without a place', { type: 'event', event: { type: 'message' } }],
    ['latest values that are none', { ...ready, latest: 5 }],
  ])('fails a handle with a typed error whose first frame is %s', async (_, frame) => {
    const { server, rooms } = await meet();
    server.onCall = (call, socket) => subscribed(socket, call, frame);
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await expect(room.ready).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(rooms.connection.current.state).toBe('open');
  });

  it('asks again for a stream that turns unreadable, from the last frame that it could read', async () => {
    const { server, clock, rooms } = await meet();
    server.onCall = (call, socket) => {
      if (call.method === 'subscription') subscribed(socket, call);
    };
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    const first = server.calls[0];
    if (first)
      answer(server.sockets[0] as WebSocket, first.id, { id: 'E:1', data: { type: 5 } }, 'E:1');
    await waitFor(() => {
      clock.advance(500);
      expect(server.calls.filter(({ method }) => method === 'subscription')).toHaveLength(2);
    });
    expect(server.calls.at(-1)?.params.input).toEqual({
      json: { room: 'r', lastEventId: 'E:0/1' },
    });
    expect(room.current.state).toBe('joined');
  });

  it('does not let superjson reach the prototype', async () => {
    const { server, rooms } = await meet();
    server.onCall = ({ id }, socket) => {
      const data = { json: { a: 1 }, meta: { values: { '__proto__.polluted': ['Date'] } } };
      socket.send(JSON.stringify({ id, result: { type: 'data', data } }));
    };
    await rooms.trpc.chat.members.query({ room: 'r' }).catch(() => {});
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each([
    ['no shape', 5],
    ['a shape of nothing', { json: {} }],
    ['a code that is none', { json: { code: 'x', message: 5 } }],
  ])('reads an error that has %s as a fault of the server', async (_, error) => {
    const { server, rooms } = await meet();
    server.onCall = ({ id }, socket) => socket.send(JSON.stringify({ id, error }));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await expect(room.members()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('[SND2] rejects a publish whose acks are none, after five of them', async () => {
    const { server, clock, rooms } = await meet();
    server.onCall = (call, socket) => {
      if (call.method === 'mutation') answer(socket, call.id, { position: 5 });
    };
    const sending = rooms.chat.join('r', { onGap: 'reload' }).send({ text: 'hi' });
    const ended = vi.fn();
    sending.then(ended, ended);
    await waitFor(() => {
      clock.advance(1_000);
      expect(ended).toHaveBeenCalledTimes(1);
    });
    await expect(sending).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(server.calls.filter(({ method }) => method === 'mutation')).toHaveLength(5);
  });

  it('gives up in time on questions that are never answered', async () => {
    const { server, clock, rooms } = await meet();
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const members = room.members();
    members.catch(() => {});
    await waitFor(() => expect(server.calls).toHaveLength(2));
    // The pings are answered: only the question is not.
    for (let second = 0; second < 30; second += 4) {
      server.sockets[0]?.send('PONG');
      await rooms.trpc.chat.members
        .query({ room: 'x' }, { signal: AbortSignal.timeout(1) })
        .catch(() => {});
      clock.advance(4_000);
    }
    await expect(members).rejects.toMatchObject({ code: 'DISCONNECTED' });
  });

  it('answers a flood of pings only as fast as it is read', async () => {
    const { server, rooms } = await meet();
    for (let n = 0; n < 5_000; n += 1) server.sockets[0]?.send('PING');
    server.onCall = ({ id }, socket) => answer(socket, id, { room: 'r', users: [], count: 0 });
    expect(await rooms.chat.join('r', { onGap: 'reload' }).members()).toMatchObject({ count: 0 });
    expect(rooms.connection.current.state).toBe('open');
  });

  it('opens no more than one connection at a time, however often it is told to', async () => {
    const { server, clock, rooms } = await meet();
    server.onConnect = (socket) => {
      for (let n = 0; n < 100; n += 1) socket.send('{"id":null,"method":"reconnect"}');
    };
    server.sockets[0]?.send('{"id":null,"method":"reconnect"}');
    for (const count of [2, 3]) {
      await waitFor(() => {
        clock.advance(100);
        expect(server.sockets).toHaveLength(count);
      });
    }
    expect(rooms.connection.current.state).toBe('open');
  });

  it('passes over what answers nothing, and methods that nobody knows', async () => {
    const { server, rooms } = await meet();
    server.onCall = ({ id }, socket) => answer(socket, id, { room: 'r', users: [], count: 0 });
    for (const frame of [
      '{"id":99,"result":{"type":"data","data":{"json":1}}}',
      '{"id":99,"error":{"json":{"code":1,"message":"x"}}}',
      '{"id":1,"method":"explode"}',
      '{"id":1,"result":{"type":"made-up"}}',
      '{"id":null,"error":{"json":{"code":-32700,"message":"what?"}}}',
    ]) {
      server.sockets[0]?.send(frame);
    }
    const room = rooms.chat.join('r', { onGap: 'reload' });
    expect(await room.members()).toMatchObject({ count: 0 });
  });

  it('gives up on state that cannot keep up with a flood of events', async () => {
    const { server, rooms } = await meet();
    server.onCall = (call, socket) => {
      if (call.method !== 'subscription') return;
      subscribed(socket, call);
      const by = { id: 'eve', name: 'Eve' };
      for (let n = 1; n <= 10_001; n += 1) {
        const id = `E:${n}`;
        const event = { id, type: 'message', data: { text: 'x' }, by, at: 'd', position: id };
        const data = {
          json: { id, data: { type: 'event', event } },
          meta: { values: { 'data.event.at': ['Date'] } },
        };
        const json = JSON.stringify({ id: call.id, result: { type: 'data', id, data } });
        socket.send(json.replace('"at":"d"', '"at":"2026-01-01T00:00:00.000Z"'));
      }
    };
    const room = rooms.chat.join('r', { onGap: 'reload', loadState: () => new Promise(() => {}) });
    await expect(room.ready).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
  });
});
