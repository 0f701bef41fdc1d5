import { describe, expect, it } from 'vitest';
import { sdkClient, startServer, stockClient } from '../kit/clients.ts';
import { call, rawSocket, type RawSocket } from '../kit/raw-socket.ts';
import { waitFor } from '../kit/wait-for.ts';

const members = (id: number) => call(id, 'query', 'chat.members', { room: 'r' });
const refusal = (id: number | null, reason: string) => ({
  id,
  error: { json: { data: { reason } } },
});

/** A policy that lets everybody in, and not before it is told to. */
function heldPolicy() {
  let asked = 0;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const authorize = async () => {
    asked += 1;
    await held;
    return true;
  };
  const isAsked = (times: number) => waitFor(() => expect(asked).toBe(times));
  return { authorize, isAsked, answer };
}

async function connected(): Promise<RawSocket> {
  const server = await startServer();
  return rawSocket(server.socketUrl, await server.token('ada'));
}

describe('a connection', () => {
  it.each([
    ['a typed array of a length', { length: 3e7 }, [['typed-array', 'Uint8Array']]],
    ['a regular expression', '/^(a+)+$/', ['regexp']],
    ['an Error', { name: 'Error', message: 'x' }, ['Error']],
    ['a URL', 'http://x', ['URL']],
    ['a symbol', 'x', [['symbol', 'x']]],
    ['a class', {}, [['class', 'x']]],
    ['a bigint of a million digits', '9'.repeat(50_000), ['bigint']],
  ])('[TRN6] refuses %s before superjson sees it, and lives on', async (_, json, values) => {
    const socket = await connected();
    const params = { path: 'chat.send', input: { json, meta: { values } } };
    socket.send({ id: 1, method: 'mutation', params });
    expect(await socket.next()).toMatchObject(refusal(1, 'BAD_INPUT'));
    socket.send(members(2));
    expect(await socket.next()).toMatchObject({ id: 2, result: {} });
  });

  it('[TRN6] refuses referential equalities, deep input and __proto__ keys', async () => {
    const socket = await connected();
    const inputs = [
      '{"json":{"a":{},"b":{}},"meta":{"referentialEqualities":{"a":["b"]}}}',
      `{"json":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      '{"json":{"room":"r","text":"x","__proto__":{"polluted":1}}}',
    ];
    for (const [index, input] of inputs.entries()) {
      socket.send(
        `{"id":${index},"method":"mutation","params":{"path":"chat.send","input":${input}}}`,
      );
      expect(await socket.next()).toMatchObject(refusal(index, 'BAD_INPUT'));
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('[TRN6] guards HTTP in the same way', async () => {
    const server = await startServer();
    const headers = {
      authorization: `Bearer ${await server.token('ada')}`,
      'content-type': 'application/json',
    };
    const body = '{"json":{"length":3e7},"meta":{"values":[["typed-array","Uint8Array"]]}}';
    const response = await fetch(`${server.url}/trpc/chat.send`, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
  });

  it('[TRN6] lets one bad message of a batch fail alone, with its id', async () => {
    const socket = await connected();
    const bad = { id: 2, method: 'query', params: { path: 7 } };
    socket.send([members(1), bad, members(3)]);
    const replies = [await socket.next(), await socket.next(), await socket.next()];
    expect(replies.toSorted((a, b) => idOf(a) - idOf(b))).toMatchObject([
      { id: 1, result: {} },
      { id: 2, error: {} },
      { id: 3, result: {} },
    ]);
  });

  it('[TRN6] takes 32 calls from a frame, and refuses each one more by itself', async () => {
    const server = await startServer();
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send(Array.from({ length: 35 }, (_, id) => members(id)));
    const refused: number[] = [];
    for (let count = 0; count < 35; count += 1) {
      const reply = await socket.next();
      if (reply && typeof reply === 'object' && 'error' in reply) refused.push(idOf(reply));
    }
    expect(refused).toEqual([32, 33, 34]);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toContain('calls_refused_total{reason="TOO_MANY"} 3');
  });

  it('[TRN5] refuses what is nested deeper than any stack, and lives on', async () => {
    const socket = await connected();
    socket.send(`${'['.repeat(35_000)}${']'.repeat(35_000)}`);
    expect(await socket.next()).toMatchObject({
      error: { json: { data: { reason: 'TOO_LARGE' } } },
    });
    socket.send(members(2));
    expect(await socket.next()).toMatchObject({ id: 2, result: {} });
  });

  it('[TRN6] measures a message in bytes, whatever it is written in', async () => {
    const socket = await connected();
    socket.send(call(1, 'mutation', 'chat.send', { room: 'r', text: '\u6f22'.repeat(30_000) }));
    expect(await socket.next()).toMatchObject(refusal(1, 'TOO_LARGE'));
  });

  it('[TRN6] refuses a frame of very many messages as a whole', async () => {
    const socket = await connected();
    socket.send(`[${'0,'.repeat(500_000)}0]`);
    expect(await socket.next()).toMatchObject(refusal(null, 'TOO_MANY'));
    socket.send(Array.from({ length: 513 }, (_, id) => ({ id, method: 'subscription' })));
    expect(await socket.next()).toMatchObject(refusal(null, 'TOO_MANY'));
    socket.send(members(2));
    expect(await socket.next()).toMatchObject({ id: 2, result: {} });
  });

  it('[TRN6] refuses each of as many messages as may be in a frame, and others have their turns', async () => {
    const server = await startServer();
    const [busy, other] = [
      await rawSocket(server.socketUrl, await server.token('ada')),
      await rawSocket(server.socketUrl, await server.token('bob')),
    ];
    other.send(members(1));
    await other.next();
    busy.send(Array.from({ length: 512 }, (_, id) => ({ id, method: 'subscription' })));
    other.send(members(2));
    const order: string[] = [];
    const refused = async () => {
      for (let id = 0; id < 512; id += 1) {
        expect(await busy.next()).toMatchObject({ id, error: {} });
      }
      order.push('refused');
    };
    const answered = other.next().then(() => order.push('answered'));
    await Promise.all([refused(), answered]);
    expect(order).toEqual(['answered', 'refused']);
  });

  it('[TRN6] takes all subscriptions of a client that comes back, in one frame', async () => {
    const socket = await connected();
    const ids = Array.from({ length: 100 }, (_, id) => id);
    socket.send(ids.map((id) => call(id, 'subscription', 'chat.events', { room: `r${id}` })));
    const started = new Set<number>();
    while (started.size < ids.length) {
      const reply = await socket.next();
      expect(reply).not.toHaveProperty('error');
      started.add(idOf(reply));
    }
  });

  it.each([
    ['an id that is a fraction', { id: 1.5, method: 'query' }],
    ['an id that is too long', { id: 'i'.repeat(65), method: 'query' }],
    ['a path that is too long', { id: 1, method: 'query', params: { path: 'p'.repeat(257) } }],
    [
      'a lastEventId that is too long',
      { id: 1, method: 'subscription', params: { path: 'p', lastEventId: 'e'.repeat(257) } },
    ],
  ])('[TRN6] refuses %s, and goes on', async (_, message) => {
    const socket = await connected();
    socket.send([message, members(7)]);
    expect(await socket.next()).toMatchObject({
      error: { json: { data: { code: 'BAD_REQUEST' } } },
    });
    expect(await socket.next()).toMatchObject({ id: 7, result: {} });
  });

  it('holds 128 subscriptions, refuses one more, and takes it when one has ended', async () => {
    const socket = await connected();
    for (let id = 1; id <= 129; id += 1) {
      socket.send(call(id, 'subscription', 'chat.events', { room: `r${id}` }));
    }
    let refused: unknown;
    while (refused === undefined) {
      const reply = await socket.next();
      if (reply && typeof reply === 'object' && 'error' in reply) refused = reply;
    }
    expect(refused).toMatchObject(refusal(129, 'TOO_MANY'));
    socket.send({ id: 1, method: 'subscription.stop' });
    let stopped: unknown;
    while (!JSON.stringify(stopped ?? '').includes('stopped')) stopped = await socket.next();
    socket.send(call(130, 'subscription', 'chat.events', { room: 'again' }));
    let started: unknown;
    while (idOf(started) !== 130) started = await socket.next();
    expect(started).toMatchObject({ id: 130, result: { type: 'started' } });
  });

  it('has 1,024 calls under way, refuses each one more by itself, and takes it when one is answered', async () => {
    const policy = heldPolicy();
    const server = await startServer({ authorize: policy.authorize });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    for (let first = 0; first < 1_024; first += 32) {
      socket.send(Array.from({ length: 32 }, (_, n) => members(first + n)));
    }
    socket.send([members(2_000), members(2_001)]);
    const refused = [await socket.next(), await socket.next()];
    expect(refused).toMatchObject([refusal(2_000, 'TOO_MANY'), refusal(2_001, 'TOO_MANY')]);
    // What is no call stays as it is.
    socket.send(call(3_000, 'subscription', 'chat.events', { room: 'r' }));
    await policy.isAsked(1_025);
    policy.answer();
    const answered = new Set<number>();
    while (answered.size < 1_025) {
      const reply = await socket.next();
      expect(reply).toHaveProperty('result');
      answered.add(idOf(reply));
    }
    socket.send(members(4_000));
    let last: unknown;
    while (idOf(last) !== 4_000) last = await socket.next();
    expect(last).toHaveProperty('result');
  });

  it('never meets that limit with our client, whatever it asks in one turn', async () => {
    const policy = heldPolicy();
    const server = await startServer({ authorize: policy.authorize });
    const rooms = await sdkClient(server, 'ada');
    const joined = Array.from({ length: 16 }, (_, n) =>
      rooms.chat.join(`r${n}`, { onGap: 'reload' }),
    );
    const sent = joined.map((room) => room.send({ text: 'hi' }));
    await policy.isAsked(32);
    const asked = Array.from({ length: 1_000 }, () => rooms.trpc.chat.members.query({ room: 'r' }));
    await policy.isAsked(1_032);
    policy.answer();
    expect(await Promise.all(asked)).toHaveLength(1_000);
    expect(await Promise.all(sent)).toHaveLength(16);
  });

  it('closes 4429 on a flood of pings, and answers those that come at ease', async () => {
    const server = await startServer();
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    for (let count = 0; count < 1_000; count += 1) socket.ws.send('PING');
    expect((await socket.closed).code).toBe(4429);
    expect((await trpc.chat.members.query({ room: 'r' })).count).toBe(0);
  });
});

function idOf(reply: unknown): number {
  return (reply as { id?: number } | undefined)?.id ?? -1;
}

describe('publishing', () => {
  const send = (id: number) =>
    call(id, 'mutation', 'chat.send', { room: 'r', text: `message ${id}` });

  it('is refused beyond its rate, with the time to wait, and the connection stays', async () => {
    const publishing = { connection: { perSecond: 1, burst: 2 } };
    const server = await startServer({ publishing });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    socket.send([send(1), send(2), send(3)]);
    const replies = [await socket.next(), await socket.next(), await socket.next()];
    const refused = replies.find((reply) => idOf(reply) === 3);
    expect(refused).toMatchObject({
      error: {
        json: { data: { reason: 'TOO_MANY', httpStatus: 429, retryAfterMs: expect.any(Number) } },
      },
    });
    socket.send(members(4));
    expect(await socket.next()).toMatchObject({ id: 4, result: {} });
  });

  it('closes a connection that goes on in spite of refusals with 4429', async () => {
    const rate = { perSecond: 0, burst: 3 };
    const server = await startServer({ publishing: { connection: rate, refusals: rate } });
    const socket = await rawSocket(server.socketUrl, await server.token('ada'));
    for (let id = 1; id <= 7; id += 1) socket.send(send(id));
    expect((await socket.closed).code).toBe(4429);
    const { trpc } = stockClient(server.socketUrl, await server.token('bob'));
    const { events } = await trpc.chat.history.query({ room: 'r' });
    expect(events).toHaveLength(3);
  });

  it('is as fast as it can be where the limits are off', async () => {
    const server = await startServer({ publishing: 'off' });
    const { trpc } = stockClient(server.socketUrl, await server.token('ada'));
    for (let round = 0; round < 10; round += 1) {
      const some = Array.from({ length: 32 }, (_, no) => no);
      await Promise.all(some.map((no) => trpc.chat.send.mutate({ room: 'r', text: `${no}` })));
    }
    expect((await trpc.chat.history.query({ room: 'r', limit: 200 })).hasMore).toBe(true);
  });
});
