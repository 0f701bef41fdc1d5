import { SignJWT } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms, httpFallback } from '../../client/index.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { restAs, streamed } from '../kit/rest.ts';
import { restServer, SERVER_KEY } from '../kit/rest-server.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const refused = { reason: 'TOKEN_REFUSED' };

describe('a user who is signed out', () => {
  it('[AUT2] loses his connections with 1008, and comes in by no token of before', async () => {
    const server = await startServer();
    const [old, bobs] = [await server.token('ada'), await server.token('bob')];
    const [phone, laptop] = [
      await rawSocket(server.socketUrl, old),
      await rawSocket(server.socketUrl, old),
    ];
    const bob = await rawSocket(server.socketUrl, bobs);
    for (const socket of [phone, laptop, bob]) {
      socket.send(call(1, 'mutation', 'chat.send', { room: 'r', text: 'here' }));
      expect(await socket.next()).toHaveProperty('result');
    }
    await server.rooms.signOut('ada');
    const closed = { code: 1008, reason: 'the user has been signed out' };
    expect(await phone.closed).toEqual(closed);
    expect(await laptop.closed).toEqual(closed);
    expect((await (await rawSocket(server.socketUrl, old)).closed).code).toBe(1008);
    const over = await restAs(server, { bearer: old });
    expect(await over('GET', 'chat/rooms/r/history')).toMatchObject({ status: 401, body: refused });
    bob.send(call(2, 'mutation', 'chat.send', { room: 'r', text: 'still here' }));
    expect(await bob.next()).toHaveProperty('result');
  });

  it('[AUT2] comes in by a new token at once', async () => {
    const server = await startServer();
    await server.rooms.signOut('ada');
    const ada = await restAs(server, { user: 'ada' });
    expect(await ada('GET', 'chat/rooms/r/history')).toMatchObject({ status: 200 });
  });

  it('[AUT2] loses his streams over HTTP', async () => {
    const { ready, backend } = await restServer();
    const token = await ready.token('ada');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${ready.url}/api/chat/rooms/r/events`, { headers });
    const stream = streamed(response);
    expect((await stream.next()).value).toMatchObject({ data: { type: 'ready' } });
    const states: string[] = [];
    const url = ready.socketUrl;
    const rooms = createRooms({ chat }, { url, token, WebSocket: httpFallback() });
    onTestFinished(() => rooms.close());
    rooms.connection.subscribe(() => states.push(rooms.connection.getSnapshot().state));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    expect(await backend('POST', 'users/ada/sign-out', {})).toMatchObject({
      status: 200,
      body: { user: 'ada' },
    });
    const rest = async () => {
      for await (const _ of stream);
    };
    await expect(rest()).rejects.toThrow('terminated');
    await waitFor(() => expect(rooms.connection.getSnapshot()).toMatchObject({ state: 'stopped' }));
  });

  it('[AUT2] is so after a restart too, and by a token that does not say when it was issued', async () => {
    const dataDir = tempDir();
    const first = await startServer({ dataDir });
    const old = await first.token('ada');
    await first.rooms.signOut('ada');
    await first.close();
    const { secret } = first;
    const second = await startServer({ dataDir, secret });
    const undated = await new SignJWT({ name: 'Ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
    for (const bearer of [old, undated]) {
      const ada = await restAs(second, { bearer });
      expect(await ada('GET', 'chat/rooms/r/history')).toMatchObject({
        status: 401,
        body: refused,
      });
    }
  });

  it('[AUT2] gets no new token for an old one, as a guest', async () => {
    const { url, rooms } = await startServer();
    const enter = (token?: string) =>
      fetch(`${url}/api/guest`, {
        method: 'POST',
        body: JSON.stringify({ name: 'Ada' }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    const { token, user } = await (await enter()).json();
    expect((await enter(token)).status).toBe(200);
    await rooms.signOut(user.id);
    expect(await (await enter(token)).json()).toMatchObject(refused);
  });

  it('[AUT2] is signed out over REST by a server key alone, of tokens before a time', async () => {
    const { ready, backend, ada } = await restServer();
    const path = 'users/ada/sign-out';
    expect(await ada('POST', path, {})).toMatchObject({ status: 403 });
    const issuedBefore = new Date(Date.now() - HOUR).toISOString();
    expect(await backend('POST', path, { issuedBefore })).toMatchObject({ status: 200 });
    expect(await ada('GET', 'chat/rooms/r/history')).toMatchObject({ status: 200 });
    const later = new Date(Date.now() + HOUR).toISOString();
    expect(await backend('POST', path, { issuedBefore: later })).toMatchObject({ status: 400 });
    const keyed = await restAs(ready, { bearer: SERVER_KEY });
    expect(await keyed('POST', 'users/a%20b/sign-out', {})).toMatchObject({ status: 400 });
  });
});

describe('the connections of one user', () => {
  it('[TRN5] are limited: one more is closed with 1013, or answered with 503', async () => {
    const server = await startServer({ limits: { connectionsPerUser: 2 } });
    const token = await server.token('ada');
    const [one, two] = [
      await rawSocket(server.socketUrl, token),
      await rawSocket(server.socketUrl, token),
    ];
    for (const socket of [one, two]) {
      socket.send(call(1, 'query', 'chat.history', { room: 'r' }));
      expect(await socket.next()).toHaveProperty('result');
    }
    expect((await (await rawSocket(server.socketUrl, token)).closed).code).toBe(1013);
    const ada = await restAs(server, { bearer: token });
    const full = await ada('GET', 'chat/rooms/r/history');
    expect(full).toMatchObject({ status: 503, body: { reason: 'TOO_MANY_CONNECTIONS' } });
    expect(full.headers.get('retry-after')).toBe('5');
    const bob = await restAs(server, { user: 'bob' });
    expect(await bob('GET', 'chat/rooms/r/history')).toMatchObject({ status: 200 });
    one.ws.close();
    await one.closed;
    await waitFor(async () =>
      expect(await ada('GET', 'chat/rooms/r/history')).toMatchObject({ status: 200 }),
    );
  });
});
