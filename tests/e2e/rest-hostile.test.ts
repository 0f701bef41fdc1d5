import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HOUR } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { rawRequest } from '../kit/raw-request.ts';
import { readyServer } from '../kit/ready-server.ts';
import { restAs, streamed } from '../kit/rest.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('REST that is attacked', () => {
  it('[TRN4] reads a slow reader of a stream from the log, and loses nothing for him', async () => {
    const ready = await readyServer();
    const ada = await restAs(ready, { user: 'ada' });
    const request = `GET /api/chat/rooms/r/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${await ready.token('bob')}\r\n\r\n`;
    const socket = connect({ port: Number(new URL(ready.url).port), host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    socket.setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      // From here on he takes nothing.
      if (text.includes('"ready"')) socket.pause();
    });
    socket.write(request);
    await waitFor(() => expect(text).toContain('"ready"'));
    const backend = Array.from({ length: 90 }, (_, n) =>
      ada('POST', 'chat/rooms/r/send', { text: `${n} ${'x'.repeat(3_900)}` }),
    );
    for (const answer of await Promise.all(backend)) expect(answer.status).toBe(200);
    socket.removeAllListeners('data');
    socket.on('data', (chunk: string) => void (text += chunk));
    socket.resume();
    await waitFor(() => expect(text.match(/"type":"event"/g)).toHaveLength(90));
    const offsets = [...text.matchAll(/^id: [\w-]+:(\d+)$/gm)].map(([, offset]) => Number(offset));
    expect(offsets).toEqual(Array.from({ length: 90 }, (_, n) => n + 1));
  });

  it('[PRE1] follows for nobody who went while he was let in', async () => {
    const ready = await readyServer({}, { presence: { holdMs: 0 } });
    const bob = await restAs(ready, { user: 'bob' });
    const authorization = `Authorization: Bearer ${await ready.token('ada')}`;
    const port = Number(new URL(ready.url).port);
    const request = `GET /api/chat/rooms/r/events HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}\r\n\r\n`;
    // So many at once that tokens wait to be looked at; the resets come meanwhile.
    const gone = Array.from({ length: 200 }, async (_, n) => {
      const socket = connect({ port, host: '127.0.0.1' });
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(request, resolve));
      await new Promise((resolve) => setTimeout(resolve, n % 20));
      socket.resetAndDestroy();
    });
    await Promise.all(gone);
    await waitFor(async () => {
      const { body } = await bob('GET', 'chat/rooms/r/members');
      expect(body['count']).toBe(0);
    });
  });

  it('[AUT2] ends a stream with the token of its reader, and says why', async () => {
    const clock = manualClock();
    const ready = await readyServer({}, { clock });
    const response = await fetch(`${ready.url}/api/me/events`, {
      headers: { authorization: `Bearer ${await ready.token('ada')}` },
    });
    const stream = streamed(response);
    expect((await stream.next()).value).toMatchObject({ data: { type: 'ready' } });
    clock.advance(HOUR + 2_000);
    expect((await stream.next()).value).toMatchObject({
      event: 'problem',
      data: { reason: 'TOKEN_EXPIRED' },
    });
    expect((await stream.next()).done).toBe(true);
  });

  it('counts what is open: a full house answers 503 and when to come back', async () => {
    const ready = await readyServer({}, { limits: { connections: 1, connectionsPerAddress: 1 } });
    const authorization = `Bearer ${await ready.token('ada')}`;
    const stop = new AbortController();
    const url = `${ready.url}/api/me/events`;
    await fetch(url, { headers: { authorization }, signal: stop.signal });
    const refused = await fetch(url, { headers: { authorization } });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ reason: 'TOO_MANY_CONNECTIONS', retryable: true });
    stop.abort();
  });

  it('answers a body that is too large, chunked or not, before it has come', async () => {
    const ready = await readyServer();
    const head = `POST /api/chat/rooms/r/send HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${await ready.token('ada')}\r\n`;
    const port = Number(new URL(ready.url).port);
    const chunk = `11000\r\n${'x'.repeat(0x11000)}\r\n`;
    const chunked = await rawRequest(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(chunked).toMatch(/^HTTP\/1.1 413 /);
    const long = await rawRequest(
      port,
      `${head}Content-Length: 900000\r\n\r\n${'x'.repeat(70_000)}`,
    );
    expect(long).toMatch(/^HTTP\/1.1 413 /);
    expect(long).toContain('TOO_LARGE');
  });

  it('answers HEAD for what is asked, and not for streams', async () => {
    const ready = await readyServer();
    const headers = { authorization: `Bearer ${await ready.token('ada')}` };
    const head = (path: string) => fetch(`${ready.url}/api/${path}`, { method: 'HEAD', headers });
    expect((await head('chat/rooms/r/members')).status).toBe(200);
    expect((await head('chat/rooms/r/events')).status).toBe(405);
  });

  it('survives any path', async () => {
    const ready = await readyServer();
    const port = Number(new URL(ready.url).port);
    const paths = ['/api/', '/api//', '/api/%', '/api/chat/rooms//send', '/api/chat/rooms/../send'];
    const more = [
      '/api/chat',
      '/api/users/%00/notify',
      '/api/*/rooms/*/send',
      '/api/chat/rooms/*/',
    ];
    for (const path of [...paths, ...more]) {
      const answer = await rawRequest(
        port,
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1.1 4\d\d /);
    }
  });
});
