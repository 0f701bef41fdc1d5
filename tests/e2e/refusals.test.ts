import { describe, expect, it } from 'vitest';
import { startServer, stockClient } from '../kit/clients.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';

const refused = (reason: string, code: string) => ({ error: { json: { data: { reason, code } } } });

describe('bad input over WebSocket', () => {
  it.each([
    ['an unknown procedure', 'mutation', 'chat.nope', {}, 'NO_SUCH_PROCEDURE', 'NOT_FOUND'],
    ['a prototype name', 'mutation', 'chat.constructor', {}, 'NO_SUCH_PROCEDURE', 'NOT_FOUND'],
    [
      'an unknown key',
      'mutation',
      'chat.send',
      { room: 'r', text: 'x', by: 'me' },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    ['a wrong type', 'mutation', 'chat.send', { room: 'r', text: 7 }, 'BAD_INPUT', 'BAD_REQUEST'],
    ['no text', 'mutation', 'chat.send', { room: 'r', text: '  ' }, 'BAD_INPUT', 'BAD_REQUEST'],
    [
      'an over-long text',
      'mutation',
      'chat.send',
      { room: 'r', text: 'x'.repeat(4001) },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    [
      'a bad room id',
      'mutation',
      'chat.send',
      { room: 'a/b', text: 'x' },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    [
      'a bad key',
      'mutation',
      'chat.send',
      { room: 'r', text: 'x', idempotencyKey: 'a b' },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    [
      'an unknown event',
      'mutation',
      'chat.publish',
      { room: 'r', type: 'renamed', data: {} },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    ['no input', 'mutation', 'chat.send', undefined, 'BAD_INPUT', 'BAD_REQUEST'],
    [
      'a position that is none',
      'subscription',
      'chat.events',
      { room: 'r', lastEventId: 'x' },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
    [
      'a query called as mutation',
      'mutation',
      'chat.history',
      { room: 'r' },
      'NO_SUCH_PROCEDURE',
      'NOT_FOUND',
    ],
    [
      'too large a page',
      'query',
      'chat.history',
      { room: 'r', limit: 201 },
      'BAD_INPUT',
      'BAD_REQUEST',
    ],
  ])('answers %s with a typed error', async (_, method, path, input, reason, code) => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send(call(1, method, path, input));
    const reply = await socket.next();
    expect(reply).toMatchObject({ id: 1, ...refused(reason, code) });
    expect(JSON.stringify(reply)).not.toMatch(/node_modules|\.ts:|stack/);
    socket.send(call(2, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 2, result: { data: { json: { count: 0 } } } });
  });

  it.each(['{', 'null', '7', '[]', '{"id":1}', '{"id":{},"method":"query"}', '\u0000'])(
    'lives on after the malformed frame %j',
    async (frame) => {
      const server = await startServer();
      const socket = await rawSocket(server.socketUrl, await server.token('ada'));
      socket.send(frame);
      socket.send(call(2, 'query', 'chat.members', { room: 'r' }));
      for (;;) {
        const reply = await socket.next();
        if ((reply as { id: unknown }).id === 2) break;
        // Whoever said which call it was is told about that call.
        expect(reply).toMatchObject({ id: frame === '{"id":1}' ? 1 : null, error: {} });
      }
    },
  );

  it('refuses a message beyond 64 KiB, alone and within a batch, and takes the others', async () => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    const large = call(1, 'mutation', 'chat.send', { room: 'r', text: 'x'.repeat(65_536) });
    const small = call(2, 'query', 'chat.members', { room: 'r' });
    socket.send(large);
    expect(await socket.next()).toMatchObject({
      id: 1,
      ...refused('TOO_LARGE', 'PAYLOAD_TOO_LARGE'),
    });
    socket.send([large, small]);
    expect(await socket.next()).toMatchObject({
      id: 1,
      ...refused('TOO_LARGE', 'PAYLOAD_TOO_LARGE'),
    });
    expect(await socket.next()).toMatchObject({ id: 2, result: {} });
  });

  it('takes all the calls that a client makes in one turn', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const text = 'x'.repeat(4_000);
    const acks = Array.from({ length: 20 }, () => trpc.chat.send.mutate({ room: 'r', text }));
    expect(new Set((await Promise.all(acks)).map(({ position }) => position)).size).toBe(20);
  });

  it('closes 1009 on a frame beyond 1 MiB', async () => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send('x'.repeat(1024 * 1024 + 1));
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('tokens over WebSocket', () => {
  it('answers UNAUTHENTICATED to whoever shows none, and closes 4408 after 10 s', async () => {
    const clock = manualClock(Date.now());
    const server = await startServer({ clock });
    const socket = await rawSocket(server.socketUrl);
    socket.send(call(1, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject(refused('UNAUTHENTICATED', 'UNAUTHORIZED'));
    clock.advance(9_999);
    socket.send(call(2, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 2 });
    clock.advance(1);
    expect((await socket.closed).code).toBe(4408);
  });

  it('closes 4408 on whoever announces a token and never sends it', async () => {
    const clock = manualClock(Date.now());
    const server = await startServer({ clock });
    const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
    clock.advance(10_000);
    expect((await socket.closed).code).toBe(4408);
  });

  it('[AUT2] reads a token that lay unread for 12 s while the loop stood still', async () => {
    const clock = manualClock(Date.now());
    const server = await startServer({ clock });
    const token = await server.token('ada');
    const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
    // As after a stall: it is with the timers that the loop goes on, before it reads what has come.
    setTimeout(() => {
      socket.send({ method: 'connectionParams', data: { token } });
      socket.send(call(1, 'query', 'chat.members', { room: 'r' }));
      clock.advance(12_000);
    });
    const answer = await Promise.race([socket.next(), socket.closed]);
    expect(answer).toMatchObject({ id: 1, result: {} });
  });

  it('closes 1008 with a reason on a refused token', async () => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, 'not-a-token');
    expect(await socket.closed).toEqual({
      code: 1008,
      reason: expect.stringContaining('the token was refused'),
    });
  });

  it.each([
    ['a sessionId with a space', (token: string) => ({ token, sessionId: 'a b' })],
    ['a sessionId that is too long', (token: string) => ({ token, sessionId: 's'.repeat(129) })],
    ['a token that is no text', () => ({ token: 5 })],
    ['parameters that are none', () => 'token'],
  ])('closes 1008 on %s, which would be refused again', async (_, params) => {
    const server = await startServer();
    const socket = await rawSocket(`${server.socketUrl}?connectionParams=1`);
    socket.send({ method: 'connectionParams', data: params(await server.token('ada')) });
    expect(await socket.next()).toMatchObject({ id: null, error: {} });
    expect(await socket.closed).toEqual({ code: 1008, reason: expect.stringMatching(/./) });
  });

  it('[AUT2] closes 4401 when the token of a live connection expires', async () => {
    const clock = manualClock(Date.now());
    const server = await startServer({ clock });
    const socket = await rawSocket(server.socketUrl, await server.token('ada', { lifeMs: 20_000 }));
    socket.send(call(1, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 1, result: {} });
    clock.advance(21_000);
    expect((await socket.closed).code).toBe(4401);
    const late = await rawSocket(server.socketUrl, await server.token('ada', { lifeMs: -1_000 }));
    expect((await late.closed).code).toBe(4401);
  });

  it('[AUT1] asks authorize about every procedure and event, and fails closed', async () => {
    const asked: string[] = [];
    const server = await startServer({
      authorize: ({ user, room, action }) => {
        asked.push(`${user.id} ${room.kind}/${room.id} ${action}`);
        if (action === 'history') throw new Error('policy is down');
        return action === 'members';
      },
    });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    const room = 'r';
    const forbidden = { data: { reason: 'FORBIDDEN', httpStatus: 403 } };
    await expect(trpc.chat.send.mutate({ room, text: 'x' })).rejects.toMatchObject(forbidden);
    await expect(trpc.chat.typing.mutate({ room, typing: true })).rejects.toMatchObject(forbidden);
    await expect(
      trpc.chat.publish.mutate({ room, type: 'message', data: { text: 'x' } }),
    ).rejects.toMatchObject(forbidden);
    const failure = await trpc.chat.history.query({ room }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ data: { reason: 'INTERNAL' } });
    expect(String(failure)).not.toContain('policy');
    await trpc.chat.members.query({ room });
    for (const lastEventId of [undefined, 'E:0']) {
      const error = await new Promise((resolve) => {
        trpc.chat.events.subscribe({ room, lastEventId }, { onError: resolve });
      });
      expect(error).toMatchObject(forbidden);
    }
    expect(asked).toEqual([
      'ada chat/r publish:message',
      'ada chat/r publish:typing',
      'ada chat/r publish:message',
      'ada chat/r history',
      'ada chat/r members',
      'ada chat/r subscribe',
      'ada chat/r resume',
    ]);
  });
});

describe('a policy that does not answer', () => {
  it('[AUT1] refuses after 10 s, and the connection lives on', async () => {
    const clock = manualClock(Date.now());
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const server = await startServer({
      clock,
      authorize: ({ action }) => {
        if (action === 'members') return true;
        isAsked();
        return new Promise(() => {});
      },
    });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send(call(1, 'mutation', 'chat.send', { room: 'r', text: 'x' }));
    await asked;
    clock.advance(10_000);
    const reply = await socket.next();
    expect(reply).toMatchObject(refused('AUTHORIZE_TIMEOUT', 'SERVICE_UNAVAILABLE'));
    expect(reply).toMatchObject({ error: { json: { data: { retryable: true } } } });
    socket.send(call(2, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 2, result: {} });
  });
});
