import { connect } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpServer, statusOf, upgrade } from '../kit/http-server.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('a request', () => {
  it.each([
    ['a Host that is no host', 'GET / HTTP/1.1\r\nHost: [\r\n'],
    ['no Host', 'GET / HTTP/1.1\r\n'],
    ['two slashes', 'GET // HTTP/1.1\r\nHost: localhost\r\n'],
    ['an absolute target', 'GET http://evil.com/ HTTP/1.1\r\nHost: localhost\r\n'],
    ['a target for proxies', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n'],
    ['a space in its target', 'GET / x HTTP/1.1\r\nHost: localhost\r\n'],
    ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: local\nhost\r\n'],
    ['a null character in a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: a\0b\r\n'],
    ['no HTTP', '\x16\x03\x01\x02'],
  ])('[TRN5] with %s is answered 400, and the server lives', async (_, lines) => {
    const { raw, url } = await httpServer();
    expect(statusOf(await raw(`${lines}Connection: close\r\n\r\n`))).toBe(400);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('of a foreign page is refused before anything reads it', async () => {
    const { url } = await httpServer();
    const answer = await fetch(`${url}/healthz`, { headers: { origin: 'https://evil.com' } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('of an allowed page is answered, its preflight too', async () => {
    const { url } = await httpServer({ allowedOrigins: ['https://good.com'] });
    const headers = { origin: 'https://good.com' };
    const answer = await fetch(`${url}/healthz`, { headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://good.com');
    const preflight = await fetch(`${url}/api/guest`, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});

describe('an upgrade', () => {
  it('[TRN5] is passed on at /trpc', async () => {
    const { raw } = await httpServer();
    expect(statusOf(await raw(`GET /trpc HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`))).toBe(
      101,
    );
  });

  it.each([
    ['elsewhere', 404, 'GET /other HTTP/1.1\r\nHost: localhost\r\n'],
    ['with a Host that is no host', 400, 'GET /trpc HTTP/1.1\r\nHost: [\r\n'],
    ['to two slashes', 400, 'GET //trpc HTTP/1.1\r\nHost: localhost\r\n'],
    [
      'of a foreign page',
      403,
      'GET /trpc HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.com\r\n',
    ],
    ['of a page without a name', 403, 'GET /trpc HTTP/1.1\r\nHost: localhost\r\nOrigin: null\r\n'],
    ['by another name', 403, 'GET /trpc HTTP/1.1\r\nHost: rebound.evil.com\r\n'],
  ])('[TRN5] %s is answered %i, and no socket is opened', async (_, status, lines) => {
    const { raw } = await httpServer({ isLocalOnly: true });
    expect(statusOf(await raw(`${lines}${upgrade}\r\n`))).toBe(status);
  });

  it('is told to come back while the server goes down', async () => {
    const { raw, server } = await httpServer();
    server.refuse();
    const answer = await raw(`GET /trpc HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: \d/);
  });

  it('of an event stream is served on until the stream is asked to go', async () => {
    const { url, server } = await httpServer();
    const stream = await fetch(`${url}/trpc/chat.events`);
    const reader = stream.body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    server.refuse();
    const [leaver, ...others] = server.streams();
    expect([others, leaver?.isGone]).toEqual([[], false]);
    // What is asked meanwhile is answered, on connections that take no next request.
    const answer = await fetch(`${url}/trpc/x`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    leaver?.ask();
    await expect(reader?.read()).rejects.toThrow('terminated');
    await waitFor(() => expect(leaver?.isGone).toBe(true));
    expect(server.streams()).toEqual([]);
  });
});

describe('a connection', () => {
  const stream = 'GET /trpc/a.events HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it('[TRN4] may wait for 16 answers, and is cut with the next request', async () => {
    const { server, port, raw } = await httpServer();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(stream.repeat(16));
    await waitFor(() => expect(server.streams()).toHaveLength(16));
    expect(await raw(stream.repeat(17))).not.toContain('408');
    expect(server.streams()).toHaveLength(16);
  });

  it('that asks for HTTP/2 beside is answered in HTTP/1.1', async () => {
    const { raw } = await httpServer();
    const headers = 'Host: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n';
    expect(statusOf(await raw(`GET /healthz HTTP/1.1\r\n${headers}\r\n`))).toBe(200);
  });

  it('has nothing written into an answer for what cannot be read behind it', async () => {
    const { raw } = await httpServer();
    const answer = await raw(`${stream}what is this\r\n\r\n`);
    expect(answer).not.toContain('400');
  });

  it('leaves no token in the log when its request cannot be read', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
    const { raw } = await httpServer({ logger });
    const token = 'Authorization: Bearer secret';
    await raw(`GET / HTTP/1.1\r\nHost: localhost\r\n${token}\r\nnot a header\r\n\r\n`);
    expect(lines.join('')).toContain('could not be read');
    const bytes = [...Buffer.from('secret')].join();
    expect(lines.filter((line) => line.includes('secret') || line.includes(bytes))).toEqual([]);
  });

  it.each(['TRACE', 'PUT', 'DELETE', 'PATCH'])(
    'is told 405 for %s at procedures',
    async (method) => {
      const { raw } = await httpServer();
      const answer = await raw(
        `${method} /trpc/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(statusOf(answer)).toBe(405);
    },
  );
});
