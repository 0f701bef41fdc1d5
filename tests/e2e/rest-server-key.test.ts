import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chat, defineMe, defineRoom, durable, latest } from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { followMe } from '../kit/my-stream.ts';
import { restAs } from '../kit/rest.ts';
import { restServer, SERVER_KEY } from '../kit/rest-server.ts';

describe('REST with a server key', () => {
  it('publishes events that no client may, as the server or as somebody', async () => {
    const { backend, ada } = await restServer();
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
    const { backend, ada } = await restServer();
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

  it('lists the rooms that somebody is in, and says who is online', async () => {
    const { backend, ada, ready } = await restServer();
    const { trpc } = stockClient(ready.socketUrl, await ready.token('ada'));
    for (const room of ['b', 'a']) await follow(trpc, room);
    const first = await backend('GET', 'chat/rooms?limit=1');
    expect(first).toMatchObject({
      status: 200,
      body: { rooms: [{ room: 'a', count: 1 }], next: 'a' },
    });
    const rest = await backend('GET', 'chat/rooms?after=a');
    expect(rest.body).toEqual({ rooms: [{ room: 'b', count: 1 }] });
    expect((await backend('GET', 'users/ada/online')).body).toEqual({ user: 'ada', online: false });
    await followMe(trpc);
    expect((await backend('GET', 'users/ada/online')).body).toEqual({ user: 'ada', online: true });
    const { body } = await backend('GET', 'chat/rooms/a/position');
    expect(body).toEqual({ room: 'a', position: expect.stringMatching(/^[\w-]+:0$/) });
    expect(await ada('GET', 'chat/rooms/a/position')).toMatchObject({ status: 403 });
    expect(await backend('GET', 'chat/rooms?limit=0')).toMatchObject({ status: 400 });
    expect(await ada('GET', 'chat/rooms')).toMatchObject({ status: 403 });
    expect(await ada('GET', 'users/ada/online')).toMatchObject({ status: 403 });
  });

  it('reads the latest values of a room', async () => {
    const point = z.object({ x: z.number(), at: z.date() });
    const plan = defineRoom('plan', { events: { cursor: latest(point, { key: 'user' }) } });
    const { backend, ada } = await restServer({ rooms: { chat, plan } });
    const at = '2026-11-01T08:00:00.000Z';
    const by = { id: 'ada', name: 'Ada' };
    const data = { x: 7, at };
    await backend('POST', 'plan/rooms/r/publish', { type: 'cursor', data, by });
    const path = 'plan/rooms/r/latest';
    expect(await backend('GET', path)).toMatchObject({
      status: 200,
      body: { latest: [{ type: 'cursor', data, by }] },
    });
    expect(await ada('GET', path)).toMatchObject({ status: 403, body: { reason: 'FORBIDDEN' } });
    expect(await backend('GET', `${path}?limit=1`)).toMatchObject({ status: 400 });
  });

  it('broadcasts into many rooms and says what became of each', async () => {
    const { backend, ada } = await restServer();
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

  it('[SRV1] makes rooms, fills, runs and lists them', async () => {
    const { backend, ada } = await restServer();
    const owner = { id: 'ada', name: 'Ada' };
    const { body: made } = await backend('POST', 'chat/create', { private: true, owner });
    const inRoom = `chat/rooms/${made.room}`;
    const user = { id: 'bob', name: 'Bob' };
    expect(await backend('POST', `${inRoom}/addMember`, { user, role: 'moderator' })).toMatchObject(
      {
        status: 200,
        body: { room: made.room },
      },
    );
    await backend('POST', `${inRoom}/setRole`, { user: 'bob', role: 'owner' });
    await backend('POST', `${inRoom}/rename`, { title: 'Plans' });
    expect((await backend('GET', `${inRoom}/roster?limit=10`)).body.members).toMatchObject([
      { id: 'ada', role: 'moderator' },
      { id: 'bob', role: 'owner' },
    ]);
    const outline = { room: made.room, title: 'Plans', visibility: 'private' };
    expect((await backend('GET', `${inRoom}/outline`)).body).toEqual(outline);
    expect(await ada('GET', `${inRoom}/outline`)).toMatchObject({ status: 403 });
    expect((await backend('GET', 'chat/users/bob/rooms')).body.rooms).toMatchObject([
      { room: made.room, title: 'Plans', role: 'owner' },
    ]);
    await backend('POST', `${inRoom}/removeMember`, { user: 'ada' });
    expect(await ada('GET', `${inRoom}/roster`)).toMatchObject({ status: 403 });
    expect(await ada('POST', `${inRoom}/addMember`, { user })).toMatchObject({ status: 403 });
    await backend('POST', `${inRoom}/close`);
    expect(await backend('GET', `${inRoom}/roster`)).toMatchObject({
      status: 404,
      body: { reason: 'NO_SUCH_ROOM' },
    });
  });

  it('notifies a user', async () => {
    const me = defineMe({ events: { paid: durable(z.object({ amount: z.number() })) } });
    const { backend, ada } = await restServer({ rooms: { chat, me } });
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
    const { backend } = await restServer();
    for (const path of ['chat/rooms/r/events', 'chat/mine', 'me/history']) {
      expect(await backend('GET', path)).toMatchObject({
        status: 403,
        body: { reason: 'FORBIDDEN', detail: expect.stringContaining('/openapi.json') },
      });
    }
    expect(await backend('POST', 'chat/rooms/r/send', { text: 'x' })).toMatchObject({
      status: 403,
    });
  });

  it('is refused to users: what is for backends takes their keys alone', async () => {
    const { ready, ada } = await restServer();
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
    const almost = await restAs(ready, { bearer: `${SERVER_KEY}k` });
    expect(await almost('GET', 'chat/rooms/r/members')).toMatchObject({
      status: 401,
      body: { reason: 'TOKEN_REFUSED' },
    });
  });
});
