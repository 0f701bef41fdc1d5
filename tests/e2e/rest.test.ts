import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoom, durable, errors } from '../../shared/index.ts';
import { restServer } from '../kit/rest-server.ts';

describe('REST as a user', () => {
  it('publishes, and reads what was published, with dates as text', async () => {
    const { ada } = await restServer();
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
    const { ada } = await restServer();
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
    const { ada, as } = await restServer();
    const bob = await as('bob');
    await bob('POST', 'chat/rooms/a/send', { text: '1' });
    const unread = await ada('GET', 'chat/unread?rooms=a&rooms=b');
    expect(unread.body).toMatchObject({ me: 'ada', rooms: [{ unread: 1 }, { unread: 0 }] });
    expect((await ada('GET', 'chat/unread?rooms=a')).body.rooms).toHaveLength(1);
    const state = { seen: null, unread: 0, to: expect.stringMatching(/:0$/) };
    expect((await ada('GET', 'me/state')).body).toEqual(state);
    expect((await ada('GET', 'me/history')).body).toMatchObject({ events: [] });
    expect(await ada('GET', 'chat/rooms/a/history?limit=many')).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'limit' }] },
    });
    expect(await ada('GET', 'chat/rooms/a/history?nope=1')).toMatchObject({ status: 400 });
    expect(await ada('GET', 'chat/rooms/a/history?limit=1&limit=2')).toMatchObject({ status: 400 });
  });

  it('makes rooms with members, and lets nobody else in', async () => {
    const { ada, as } = await restServer();
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
    const { ada } = await restServer({
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
    const { ada } = await restServer({ rooms: { board } });
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
    const { ready, ada } = await restServer();
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
