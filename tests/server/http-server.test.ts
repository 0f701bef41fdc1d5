import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pino, type Logger } from 'pino';
import { systemClock } from '../../server/clock.ts';
import { createHttpServer, type HttpTimeouts } from '../../server/http/http-server.ts';
import { createRoutes } from '../../server/http/routes.ts';
import { RoomError } from '../../shared/index.ts';
import { rawRequest } from '../kit/raw-request.ts';

const LARGE = 8_000_000;

/** The real HTTP server, with guests who are only greeted. */
async function start(
  options: {
    allowedOrigins?: string[];
    isLocalOnly?: boolean;
    notReady?: string;
    timeouts?: HttpTimeouts;
    logger?: Logger;
  } = {},
) {
  const { logger = pino({ level: 'silent' }) } = options;
  const route = createRoutes({
    trpc: (req, res) => {
      if (req.url?.endsWith('large')) return void res.end(Buffer.alloc(LARGE));
      if (!req.url?.endsWith('.events')) return void res.end('trpc');
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    },
    rest: (_, __, res) => void res.end('rest'),
    notReady: () => options.notReady,
    guests: async (name) => {
      if (typeof name !== 'string') throw new RoomError('BAD_INPUT', 'name is missing');
      if (name === 'fault') throw new Error('secrets of the house');
      return { token: 't', user: { id: 'guest-1', name } };
    },
    metrics: { contentType: 'text/plain', scrape: async () => 'figures' },
    mayReadMetrics: () => true,
    logger,
  });
  const server = createHttpServer({
    route,
    upgrade: (_, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    allowedOrigins: options.allowedOrigins ?? [],
    isLocalOnly: options.isLocalOnly ?? false,
    ...(options.timeouts && { timeouts: options.timeouts }),
    clock: systemClock,
    logger,
  });
  const url = await server.listen(0, '127.0.0.1');
  onTestFinished(() => server.close(0));
  const port = Number(new URL(url).port);
  return { server, url, port, raw: (text: string) => rawRequest(port, text) };
}

const enter = (url: string, body: string) => fetch(`${url}/api/guest`, { method: 'POST', body });
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const statusOf = (answer: string) => Number(answer.split(' ')[1]);

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
    const { raw, url } = await start();
    expect(statusOf(await raw(`${lines}Connection: close\r\n\r\n`))).toBe(400);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('of a foreign page is refused before anything reads it', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/healthz`, { headers: { origin: 'https://evil.com' } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('of an allowed page is answered, its preflight too', async () => {
    const { url } = await start({ allowedOrigins: ['https://good.com'] });
    const headers = { origin: 'https://good.com' };
    const answer = await fetch(`${url}/healthz`, { headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://good.com');
    const preflight = await fetch(`${url}/api/guest`, { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});

describe('the routes', () => {
  it('say that the process lives, and whether it is ready', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
    const busy = await start({ notReady: 'the disk is full' });
    const answer = await fetch(`${busy.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the disk is full' },
    ]);
  });

  it('answer a path that is not there, and a method that is not taken', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/nope`)).status).toBe(404);
    expect((await fetch(`${url}/constructor`)).status).toBe(404);
    const wrong = await fetch(`${url}/api/guest`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '"Ada"',
    '{"name":"Ada","id":"guest-2"}',
    '{"name":"Ada","__proto__":{}}',
  ])('refuse the body %j', async (body) => {
    const { url } = await start();
    const answer = await enter(url, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      status: 400,
      reason: 'BAD_INPUT',
      retryable: false,
    });
  });

  it('answer a body that is too large, however it comes', async () => {
    const { url, raw } = await start();
    const body = JSON.stringify({ name: 'x'.repeat(8_000_000) });
    const answer = await enter(url, body);
    expect([answer.status, await answer.json()]).toMatchObject([413, { reason: 'TOO_LARGE' }]);
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    const head =
      'POST /api/guest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(statusOf(await raw(head + chunk))).toBe(413);
  });

  it('tell nothing of a fault', async () => {
    const { url } = await start();
    const answer = await enter(url, '{"name":"fault"}');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secrets|at .*:\d+/);
  });
});

describe('an upgrade', () => {
  it('[TRN5] is passed on at /trpc', async () => {
    const { raw } = await start();
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
    const { raw } = await start({ isLocalOnly: true });
    expect(statusOf(await raw(`${lines}${upgrade}\r\n`))).toBe(status);
  });

  it('is told to come back while the server goes down', async () => {
    const { raw, server } = await start();
    server.refuse();
    const answer = await raw(`GET /trpc HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: \d/);
  });

  it('of an event stream is served on until the stream is asked to go', async () => {
    const { url, server } = await start();
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
    await vi.waitFor(() => expect(leaver?.isGone).toBe(true));
    expect(server.streams()).toEqual([]);
  });
});

describe('a connection', () => {
  const stream = 'GET /trpc/a.events HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it('[TRN4] may wait for 16 answers, and is cut with the next request', async () => {
    const { server, port, raw } = await start();
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(stream.repeat(16));
    await vi.waitFor(() => expect(server.streams()).toHaveLength(16));
    expect(await raw(stream.repeat(17))).not.toContain('408');
    expect(server.streams()).toHaveLength(16);
  });

  it('that asks for HTTP/2 beside is answered in HTTP/1.1', async () => {
    const { raw } = await start();
    const headers = 'Host: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n';
    expect(statusOf(await raw(`GET /healthz HTTP/1.1\r\n${headers}\r\n`))).toBe(200);
  });

  it('has nothing written into an answer for what cannot be read behind it', async () => {
    const { raw } = await start();
    const answer = await raw(`${stream}what is this\r\n\r\n`);
    expect(answer).not.toContain('400');
  });

  it('leaves no token in the log when its request cannot be read', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
    const { raw } = await start({ logger });
    const token = 'Authorization: Bearer secret';
    await raw(`GET / HTTP/1.1\r\nHost: localhost\r\n${token}\r\nnot a header\r\n\r\n`);
    expect(lines.join('')).toContain('could not be read');
    const bytes = [...Buffer.from('secret')].join();
    expect(lines.filter((line) => line.includes('secret') || line.includes(bytes))).toEqual([]);
  });

  it.each(['TRACE', 'PUT', 'DELETE', 'PATCH'])(
    'is told 405 for %s at procedures',
    async (method) => {
      const { raw } = await start();
      const answer = await raw(
        `${method} /trpc/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
      expect(statusOf(answer)).toBe(405);
    },
  );
});

describe('a client that takes its time', () => {
  const timeouts = {
    headersMs: 60,
    requestMs: 120,
    idleMs: 60,
    stallMs: 60_000,
    checkEveryMs: 10,
  };
  const post = 'POST /api/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n';

  it.each([
    ['and says nothing', ''],
    ['within a request line', 'GET /hea'],
    ['within its headers', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: '],
    ['within the headers of an upgrade', `GET /trpc HTTP/1.1\r\nHost: localhost\r\n${upgrade}`],
    ['within its body', `${post}{"name":`],
  ])('[TRN5] %s is hung up on (408)', async (_, text) => {
    const { raw } = await start({ timeouts });
    expect(await raw(text)).toContain(' 408 ');
  });

  it('[TRN5] is hung up on when it has its answer and asks nothing more', async () => {
    const { raw } = await start({ timeouts });
    expect(statusOf(await raw('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'))).toBe(200);
  });

  it('[TRN4] is cut when not a byte of its answer leaves', async () => {
    const { port } = await start({ timeouts: { ...timeouts, stallMs: 60 } });
    const socket = connect(port, '127.0.0.1').pause();
    onTestFinished(() => void socket.destroy());
    let isCut = false;
    socket.on('error', () => (isCut = true));
    socket.write('GET /trpc/large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => {
      // Who does not read learns of it by writing.
      socket.write('x');
      expect(isCut).toBe(true);
    }, 10_000);
  });

  it.runIf(existsSync('/proc/net/tcp'))(
    '[TRN4] gets a large answer to its end as long as he takes of it',
    async () => {
      const { port } = await start({ timeouts: { ...timeouts, stallMs: 600 } });
      const socket = connect(port, '127.0.0.1').pause();
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.write('GET /trpc/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      // The kernel takes the rest of it late: a third of what it holds is a second's reading.
      const sip = setInterval(() => socket.read(16_384), 10);
      onTestFinished(() => clearInterval(sip));
      await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(LARGE), 30_000);
    },
    40_000,
  );

  it('[TRN5] is told 431 when its headers have no end', async () => {
    const { raw } = await start();
    const line = `X-A: ${'x'.repeat(20_000)}\r\n`;
    const answer = await raw(`GET / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`);
    expect(statusOf(answer)).toBe(431);
  });
});
