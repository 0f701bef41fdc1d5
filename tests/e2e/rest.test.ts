import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { chat, defineMe, defineRoom, durable, errors } from '../../shared/index.ts';
import { readyServer } from '../kit/ready-server.ts';
import { restAs, streamed, type StreamedEvent } from '../kit/rest.ts';

const KEY = 'k'.repeat(32);

async function server(options: Parameters<typeof readyServer>[1] = {}) {
  const ready = await readyServer({ serverKeys: ['other'.repeat(8), KEY] }, options);
  const as = (user: string) => restAs(ready, { user });
  return { ready, as, ada: await as('ada'), backend: await restAs(ready, { bearer: KEY }) };
}

describe('REST as a user', () => {
  it('publishes, and reads what was published, with dates as text', async () => {
    const { ada } = await server();
    const sent = await ada('POST', 'chat/rooms/r/send', { text: ' hi ' });
    expect(sent).toMatchObject({ status: 200, body: { level: 'memory', duplicate: false } });
    await ada('POST', 'chat/rooms/r/publish', { type: 'message', data: { text: 'there' } });
    const page = await ada('GET', 'chat/rooms/r/history?limit=1');
    expect(page.body).toMatchObject({ hasMore: true, events: [{ data: { text: 'there' } }] });
    const older = await ada('GET', `chat/rooms/r/history?before=${page.body.events[0].position}`);
    expect(older.body.events).toEqual([
      {
        id: sent.body.position,
        type: 'message',
        data: { text: 'hi' },
        by: { id: 'ada', name: 'ada' },
        at: sent.body.at,
        position: sent.body.position,
      },
    ]);
  });

  it('[SND1] takes an Idempotency-Key: a repeat is a duplicate, other data a conflict', async () => {
    const { ada } = await server();
    const send = (text: string, key: string) =>
      ada('POST', 'chat/rooms/r/send', { text }, { 'idempotency-key': key });
    const first = await send('a', 'key-1');
    expect((await send('a', 'key-1')).body).toEqual({ ...first.body, duplicate: true });
    // As the draft of the header has it.
    expect((await send('a', '"key-1"')).body).toMatchObject({ duplicate: true });
    expect(await send('b', 'key-1')).toMatchObject({
      status: 409,
      body: { reason: 'CONFLICT', retryable: false, advice: errors.CONFLICT.advice },
    });
    expect(await send('b', 'not a key')).toMatchObject({ status: 400 });
    const both = { text: 'a', idempotencyKey: 'x' };
    expect(await ada('POST', 'chat/rooms/r/send', both, { 'idempotency-key': 'x' })).toMatchObject({
      status: 400,
      body: { reason: 'BAD_INPUT' },
    });
  });

  it('reads lists, numbers and flags of a query from the URL', async () => {
    const { ada, as } = await server();
    const bob = await as('bob');
    await bob('POST', 'chat/rooms/a/send', { text: '1' });
    const unread = await ada('GET', 'chat/unread?rooms=a&rooms=b');
    expect(unread.body).toMatchObject({ me: 'ada', rooms: [{ unread: 1 }, { unread: 0 }] });
    expect((await ada('GET', 'chat/unread?rooms=a')).body.rooms).toHaveLength(1);
    expect((await ada('GET', 'me/state')).body).toEqual({ seen: null });
    expect((await ada('GET', 'me/history')).body).toMatchObject({ events: [] });
    expect(await ada('GET', 'chat/rooms/a/history?limit=many')).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'limit' }] },
    });
    expect(await ada('GET', 'chat/rooms/a/history?nope=1')).toMatchObject({ status: 400 });
    expect(await ada('GET', 'chat/rooms/a/history?limit=1&limit=2')).toMatchObject({ status: 400 });
  });

  it('makes rooms with members, and lets nobody else in', async () => {
    const { ada, as } = await server();
    const bob = await as('bob');
    const made = await ada('POST', 'chat/create', { title: 'Plans', private: true });
    const { room } = made.body;
    expect(await bob('GET', `chat/rooms/${room}/history`)).toMatchObject({ status: 403 });
    await ada('POST', `chat/rooms/${room}/invite`, { user: 'bob' });
    expect((await bob('POST', `chat/rooms/${room}/accept`)).body).toMatchObject({ role: 'member' });
    expect((await bob('GET', `chat/rooms/${room}/roster`)).body).toMatchObject({ count: 2 });
  });

  it('asks `authorize` what it asks over tRPC', async () => {
    const asked: string[] = [];
    const { ada } = await server({
      authorize: ({ action }) => {
        asked.push(action);
        return action !== 'members';
      },
    });
    await ada('POST', 'chat/rooms/r/send', { text: 'x' });
    expect(await ada('GET', 'chat/rooms/r/members')).toMatchObject({ status: 403 });
    expect(asked).toEqual(['publish:message', 'members']);
  });

  it('[CON3] writes dates, bigints, sets and maps as JSON and reads them again', async () => {
    const data = z.object({
      on: z.date(),
      big: z.bigint().optional(),
      tags: z.set(z.string()),
      at: z.map(z.string(), z.date()),
      either: z.union([z.object({ due: z.date() }), z.object({ no: z.literal(true) })]).nullable(),
    });
    const board = defineRoom('board', {
      events: { note: durable(data, { publish: 'client' }) },
      shorthands: { write: 'note' },
    });
    const { ada } = await server({ rooms: { board } });
    const on = '2026-05-01T00:00:00.000Z';
    const note = {
      on,
      big: '12345678901234567890',
      tags: ['a'],
      at: [['x', on]],
      either: { due: on },
    };
    expect(await ada('POST', 'board/rooms/r/write', note)).toMatchObject({ status: 200 });
    const { body } = await ada('GET', 'board/rooms/r/history');
    expect(body.events[0].data).toEqual(note);
    expect(await ada('POST', 'board/rooms/r/write', { ...note, on: 'May' })).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'on' }] },
    });
  });

  it('answers an abandoned connection with nothing, and goes on', async () => {
    const { ready, ada } = await server();
    const stop = new AbortController();
    const cut = fetch(`${ready.url}/api/chat/rooms/r/events`, {
      headers: { authorization: `Bearer ${await ready.token('bob')}` },
      signal: stop.signal,
    });
    await cut;
    stop.abort();
    expect(await ada('GET', 'chat/rooms/r/members')).toMatchObject({ status: 200 });
  });
});

describe('REST with a server key', () => {
  it('publishes events that no client may, as the server or as somebody', async () => {
    const { backend, ada } = await server();
    const path = 'chat/rooms/r/publish';
    const renamed = { type: 'message', data: { text: 'built' } };
    const first = await backend('POST', path, renamed, { 'idempotency-key': 'build-7' });
    expect(first.status).toBe(200);
    expect(
      (await backend('POST', path, renamed, { 'idempotency-key': 'build-7' })).body,
    ).toMatchObject({
      duplicate: true,
    });
    await backend('POST', path, { ...renamed, by: { id: 'ci', name: 'CI' } });
    const { body } = await ada('GET', 'chat/rooms/r/history');
    expect(body.events.map((event: { by: object }) => event.by)).toEqual([
      { id: '@server', name: 'server' },
      { id: 'ci', name: 'CI' },
    ]);
    expect(await backend('POST', path, { type: 'nope', data: {} })).toMatchObject({
      status: 400,
      body: { reason: 'BAD_INPUT' },
    });
    expect(await backend('POST', path, { type: 'message', data: { text: 7 } })).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'text' }] },
    });
    expect(await backend('POST', path, { type: 'removed', data: {} })).toMatchObject({
      status: 400,
    });
  });

  it('reads who is in a room and its history, edits and removes', async () => {
    const { backend, ada } = await server();
    const sent = await ada('POST', 'chat/rooms/r/send', { text: 'tpyo' });
    const target = sent.body.position;
    expect(
      await backend('POST', 'chat/rooms/r/edit', { target, data: { text: 'typo' } }),
    ).toMatchObject({ status: 200 });
    const page = await backend('GET', 'chat/rooms/r/history');
    expect(page.body.events.map(({ type }: { type: string }) => type)).toEqual([
      'message',
      'edited',
    ]);
    expect(await backend('POST', 'chat/rooms/r/remove', { target })).toMatchObject({ status: 200 });
    expect((await backend('GET', 'chat/rooms/r/members')).body).toMatchObject({
      count: 0,
      users: [],
    });
  });

  it('broadcasts into many rooms and says what became of each', async () => {
    const { backend, ada } = await server();
    const event = { type: 'message', data: { text: 'maintenance at 9' } };
    const rooms = ['a', 'b', 'a'];
    const { body } = await backend('POST', 'chat/broadcast', { rooms, ...event });
    expect(body.results).toMatchObject([
      { room: 'a', ack: { duplicate: false } },
      { room: 'b', ack: {} },
    ]);
    expect((await ada('GET', 'chat/rooms/b/history')).body.events).toHaveLength(1);
    expect(await backend('POST', 'chat/broadcast', { rooms: [], ...event })).toMatchObject({
      status: 400,
    });
  });

  it('notifies a user', async () => {
    const me = defineMe({ events: { paid: durable(z.object({ amount: z.number() })) } });
    const { backend, ada } = await server({ rooms: { chat, me } });
    const notify = (type: string, data: object) =>
      backend('POST', 'users/ada/notify', { type, data });
    expect(await notify('paid', { amount: 7 })).toMatchObject({ status: 200 });
    await notify('notification', { code: 'welcome' });
    const { body } = await ada('GET', 'me/history');
    expect(body.events.map(({ data }: { data: object }) => data)).toEqual([
      { amount: 7 },
      { code: 'welcome', params: {} },
    ]);
    expect(await notify('nope', {})).toMatchObject({ status: 400 });
  });

  it('is nobody: it follows nothing and does nothing that only a user can', async () => {
    const { backend } = await server();
    for (const path of ['chat/rooms/r/events', 'chat/mine', 'me/history']) {
      expect(await backend('GET', path)).toMatchObject({
        status: 403,
        body: { reason: 'FORBIDDEN' },
      });
    }
    expect(await backend('POST', 'chat/rooms/r/send', { text: 'x' })).toMatchObject({
      status: 403,
    });
  });

  it('is refused to users: what is for backends takes their keys alone', async () => {
    const { ready, ada } = await server();
    const event = { type: 'message', data: { text: 'x' } };
    expect(await ada('POST', 'chat/broadcast', { rooms: ['a'], ...event })).toMatchObject({
      status: 403,
    });
    expect(await ada('POST', 'users/bob/notify', event)).toMatchObject({ status: 403 });
    const forged = await ada('POST', 'chat/rooms/r/publish', {
      ...event,
      by: { id: 'x', name: 'x' },
    });
    expect(forged.status).toBe(400);
    const almost = await restAs(ready, { bearer: `${KEY}k` });
    expect(await almost('GET', 'chat/rooms/r/members')).toMatchObject({
      status: 401,
      body: { reason: 'TOKEN_REFUSED' },
    });
  });
});

/** Presence may be told of at any time: the next frame that is an event. */
async function nextEvent(
  stream: AsyncGenerator<StreamedEvent>,
): Promise<StreamedEvent | undefined> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done || value.data.type === 'event') return value;
  }
}

describe('a stream over REST', () => {
  it('[RES2] begins with ready, brings what happens, and goes on by Last-Event-ID', async () => {
    const { ready, ada } = await server();
    const token = await ready.token('bob');
    const open = (headers: Record<string, string> = {}) => {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const url = `${ready.url}/api/chat/rooms/r/events`;
      return fetch(url, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: stop.signal,
      });
    };
    const live = streamed(await open());
    const first = await live.next();
    expect(first.value).toMatchObject({ data: { type: 'ready', start: 'fresh' } });
    const send = async (text: string) =>
      (await ada('POST', 'chat/rooms/r/send', { text })).body['position'] as string;
    const one = await send('one');
    expect(await nextEvent(live)).toMatchObject({
      id: one,
      data: { event: { data: { text: 'one' } } },
    });
    await live.return(undefined);
    const two = await send('two');
    const again = streamed(await open({ 'last-event-id': one }));
    expect((await again.next()).value).toMatchObject({ data: { type: 'ready', start: 'resumed' } });
    expect(await nextEvent(again)).toMatchObject({
      id: two,
      data: { event: { data: { text: 'two' } } },
    });
    expect((await open({ 'last-event-id': 'garbage' })).status).toBe(400);
  });
});

describe('REST that is called wrongly', () => {
  it('explains bad JSON, wrong types, unknown paths and methods; never a stack', async () => {
    const { ada, ready } = await server();
    const nobody = await restAs(ready, 'nobody');
    const send = 'chat/rooms/r/send';
    const deep = `{"text":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    const answers = [
      [await ada('POST', send, '{'), 400, 'BAD_INPUT'],
      [await ada('POST', send, '[1]'), 400, 'BAD_INPUT'],
      [await ada('POST', send, 'null'), 400, 'BAD_INPUT'],
      [await ada('POST', send), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 7 }), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x', more: 1 }), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x', room: 'other' }), 400, 'BAD_INPUT'],
      [await ada('POST', send, '{"text":"x","__proto__":{}}'), 400, 'BAD_INPUT'],
      [await ada('POST', send, deep), 400, 'BAD_INPUT'],
      [await ada('POST', send, { text: 'x'.repeat(70_000) }), 413, 'TOO_LARGE'],
      [await ada('POST', 'chat/rooms/%E0%A4%A/send', { text: 'x' }), 400, 'BAD_INPUT'],
      [await ada('POST', 'chat/rooms/a%2Fb/send', { text: 'x' }), 400, 'BAD_INPUT'],
      [await ada('GET', 'chat/rooms/r/nope'), 404, 'NO_SUCH_PATH'],
      [await ada('GET', '__proto__/rooms/r/constructor'), 404, 'NO_SUCH_PATH'],
      [await ada('GET', 'x'.repeat(3_000)), 404, 'NO_SUCH_PATH'],
      [await ada('GET', send), 405, 'METHOD_NOT_ALLOWED'],
      [await ada('PUT', send, {}), 405, 'METHOD_NOT_ALLOWED'],
      [await nobody('POST', send, { text: 'x' }), 401, 'UNAUTHENTICATED'],
      [await (await restAs(ready, { bearer: 'bad' }))('GET', 'me/state'), 401, 'TOKEN_REFUSED'],
    ] as const;
    for (const [{ status, headers, body }, expected, reason] of answers) {
      expect([status, body.reason, headers.get('content-type')]).toEqual([
        expected,
        reason,
        'application/problem+json',
      ]);
      expect(body).toMatchObject({ type: `/docs/errors#${reason}`, title: reason, status });
      expect(body['advice']).toBeTruthy();
      expect(JSON.stringify(body)).not.toMatch(/\.ts|node_modules|at \w+ \(/);
    }
    expect(answers[17][0].headers.get('www-authenticate')).toBe('Bearer');
    expect(answers[15][0].headers.get('allow')).toBe('POST');
  });

  it('says when to come back to whoever calls too often', async () => {
    const { ada } = await server({ publishing: { user: { perSecond: 1, burst: 1 } } });
    await ada('POST', 'chat/rooms/r/send', { text: 'x' });
    const refused = await ada('POST', 'chat/rooms/r/send', { text: 'x' });
    expect(refused).toMatchObject({ status: 429, body: { reason: 'TOO_MANY', retryable: true } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body['retryAfterMs']).toBeGreaterThan(0);
  });

  it('shows nothing of a fault but its id', async () => {
    const { ada } = await server({
      authorize: () => {
        throw new Error('secrets of the house');
      },
      logger: (await import('pino')).pino({ level: 'silent' }),
    });
    const { status, body } = await ada('GET', 'chat/rooms/r/members');
    expect([status, body.reason]).toEqual([500, 'INTERNAL']);
    expect(body['detail']).toMatch(/^internal error \(fault [0-9a-f]{12}\)$/);
  });
});

describe('documents', () => {
  it('are served, compressed and tagged, for the contract of the server', async () => {
    const board = defineRoom('board', {
      events: { note: durable(z.object({ text: z.string() }), { publish: 'client' }) },
    });
    const { ready, ada } = await server({ rooms: { board } });
    // A contract that says nothing of itself is served and documented all the same.
    expect(await ada('GET', 'board/rooms/r/members')).toMatchObject({ status: 200 });
    const openapi = await fetch(`${ready.url}/openapi.json`);
    expect(openapi.headers.get('content-encoding')).toBe('gzip');
    expect(Object.keys((await openapi.json()).paths)).toContain('/api/board/rooms/{room}/publish');
    const etag = openapi.headers.get('etag') ?? '';
    const again = await fetch(`${ready.url}/openapi.json`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
    const asyncapi = await (await fetch(`${ready.url}/asyncapi.json`)).json();
    expect(Object.keys(asyncapi.operations)).toContain('board.publish');
    expect(await (await fetch(`${ready.url}/schemas.json`)).json()).toHaveProperty('$defs');
    const head = await fetch(`${ready.url}/schemas.json`, { method: 'HEAD' });
    expect([head.status, (await head.text()).length]).toEqual([200, 0]);
    expect((await fetch(`${ready.url}/schemas.json`, { method: 'POST' })).status).toBe(404);
  });
});
