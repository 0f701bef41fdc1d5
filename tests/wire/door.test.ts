import { connect, type Socket } from 'node:net';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { knock } from '../kit/knock.ts';
import { rawRequest } from '../kit/raw-request.ts';
import { readyServer } from '../kit/ready-server.ts';
import { waitFor } from '../kit/wait-for.ts';

const full = { status: 503, retryAfter: '5' };
const from = (address: string) => ({ 'x-forwarded-for': address });
const statusOf = async (url: string, headers?: Record<string, string>) =>
  (await knock(url, headers)).status;

describe('a full server', () => {
  it('[TRN5] refuses one more connection before the 101, and takes it when one has left', async () => {
    const { socketUrl } = await readyServer({}, { limits: { connections: 2 } });
    const first = await knock(socketUrl);
    expect(await statusOf(socketUrl)).toBe(101);
    expect(await knock(socketUrl)).toMatchObject(full);
    first.ws.close();
    await waitFor(async () => expect(await statusOf(socketUrl)).toBe(101));
  });

  it('[TRN5] counts a stream over HTTP too, and still answers its operator', async () => {
    const server = await readyServer({}, { limits: { connections: 1 } });
    const headers = { authorization: `Bearer ${await server.token('ada')}` };
    const input = encodeURIComponent(JSON.stringify({ json: { room: 'r' } }));
    const stop = new AbortController();
    const events = `${server.url}/trpc/chat.events?input=${input}`;
    await fetch(events, { headers, signal: stop.signal });
    const members = () => fetch(`${server.url}/trpc/chat.members?input=${input}`, { headers });
    const refused = await members();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ reason: 'TOO_MANY_CONNECTIONS', retryable: true });
    expect(await knock(server.socketUrl)).toMatchObject(full);
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    }
    stop.abort();
    await waitFor(async () => expect((await members()).status).toBe(200));
    expect((await members()).status).toBe(200);
  });

  it('[TRN5] gives back the place of a handshake that failed', async () => {
    const { url, socketUrl } = await readyServer({}, { limits: { connections: 1 } });
    const malformed =
      'GET /trpc HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 5\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    expect(await rawRequest(Number(new URL(url).port), malformed)).toContain(' 400 ');
    expect(await statusOf(socketUrl)).toBe(101);
  });

  it('has no limits with LIMITS=off', async () => {
    const limits = { connections: 0, connectionsPerAddress: 0 };
    const { socketUrl } = await readyServer({ limits: 'off' }, { limits });
    expect(await statusOf(socketUrl)).toBe(101);
  });
});

describe('sockets that ask for nothing', () => {
  /** Opens one, and gives its end. */
  async function silent(port: number): Promise<{ socket: Socket; closed: Promise<unknown> }> {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('connect', resolve));
    return { socket, closed };
  }

  it('[TRN5] are bounded, with enough of them to tell who is refused', async () => {
    const { url } = await readyServer({}, { limits: { connectionsPerAddress: 0 } });
    const port = Number(new URL(url).port);
    const sockets: Awaited<ReturnType<typeof silent>>[] = [];
    for (let count = 0; count < 100; count += 1) sockets.push(await silent(port));
    await (
      await silent(port)
    ).closed;
    expect(sockets.filter(({ socket }) => socket.closed)).toEqual([]);
    sockets[0]?.socket.destroy();
    const request = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    await waitFor(async () => expect(await rawRequest(port, request)).toContain(' 200 '));
  });

  it('[TRN5] are not counted to a trusted proxy, which opens them for many', async () => {
    const limits = { connectionsPerAddress: 0 };
    const { url } = await readyServer({ trustedProxies: ['127.0.0.1'] }, { limits });
    const port = Number(new URL(url).port);
    for (let count = 0; count < 110; count += 1) await silent(port);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('one address', () => {
  const trustedProxies = ['127.0.0.1'];

  it('[TRN5] is held to its share, and others are not', async () => {
    const limits = { connectionsPerAddress: 2 };
    const { socketUrl } = await readyServer({ trustedProxies }, { limits });
    const ada = from('198.51.100.1');
    const first = await knock(socketUrl, ada);
    expect(await statusOf(socketUrl, ada)).toBe(101);
    expect(await knock(socketUrl, ada)).toMatchObject(full);
    // What stands to the left is what the client made up.
    expect(await knock(socketUrl, from('203.0.113.1, 198.51.100.1'))).toMatchObject(full);
    const other = await knock(socketUrl, from('198.51.100.2'));
    // Nor counted a second time, as one of the proxy's, once it is in.
    const pong = new Promise((resolve, reject) =>
      other.ws.once('pong', resolve).once('close', reject),
    );
    other.ws.ping();
    await pong;
    first.ws.terminate();
    await waitFor(async () => expect(await statusOf(socketUrl, ada)).toBe(101));
  });

  it('[TRN5] is a /64 in IPv6, and one with the IPv4 address that it stands for', async () => {
    const limits = { connectionsPerAddress: 1 };
    const { socketUrl } = await readyServer({ trustedProxies }, { limits });
    expect(await statusOf(socketUrl, from('2001:db8::1'))).toBe(101);
    expect(await knock(socketUrl, from('[2001:db8::ffff:1]:99'))).toMatchObject(full);
    expect(await statusOf(socketUrl, from('2001:db8:0:1::1'))).toBe(101);
    expect(await statusOf(socketUrl, from('192.0.2.1'))).toBe(101);
    expect(await knock(socketUrl, from('::ffff:192.0.2.1'))).toMatchObject(full);
  });

  it('[TRN5] is the one of the socket where no proxy is trusted, and the operator is told', async () => {
    const warned: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => void warned.push(line) });
    const limits = { connectionsPerAddress: 1 };
    const { socketUrl } = await readyServer({}, { limits, logger });
    expect(await statusOf(socketUrl, from('198.51.100.1'))).toBe(101);
    expect(await knock(socketUrl, from('198.51.100.2'))).toMatchObject(full);
    expect(warned).toEqual([expect.stringContaining('TRUSTED_PROXIES')]);
  });
});
