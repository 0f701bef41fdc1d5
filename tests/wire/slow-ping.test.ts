import { initTRPC } from '@trpc/server';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { getWSConnectionHandler, roomsLimits } from '../../server/transport/adapter.ts';
import { clientFrame } from '../kit/client-frames.ts';
import { waitFor } from '../kit/wait-for.ts';

// Far less than he needs for what is before a PING.
const keepAlive = { enabled: true, pingMs: 200, pongWaitMs: 100 };
const ENOUGH_BYTES = 12_000_000;

/** A server with a stream that has always more, whose readers are pinged. */
async function serve(): Promise<number> {
  const t = initTRPC.create();
  const router = t.router({
    large: t.procedure.subscription(async function* () {
      for (;;) yield 'x'.repeat(100_000);
    }),
  });
  const http = createServer();
  const wss = new WebSocketServer({ server: http });
  const limits = { ...roomsLimits, transformer: 'none' } as const;
  wss.on('connection', getWSConnectionHandler({ wss, router, limits, keepAlive }));
  onTestFinished(() => {
    for (const client of wss.clients) client.terminate();
    http.close();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: x',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '\r\n',
].join('\r\n');

describe('a reader who is pinged', () => {
  it('[TRN4] and takes bytes all the time, so slowly that a PING is behind megabytes, is not cut', async () => {
    const socket = connect(await serve(), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.write(UPGRADE);
    const call = { id: 1, method: 'subscription', params: { path: 'large' } };
    socket.write(clientFrame(JSON.stringify(call)));
    socket.pause();
    let [bytes, pings, tail] = [0, 0, ''];
    const sip = setInterval(() => {
      const chunk = socket.read(30_000) as Buffer | null;
      if (!chunk) return;
      bytes += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-31_000);
      // Answered as soon as it is seen.
      if (!tail.includes('PING')) return;
      [pings, tail] = [pings + 1, ''];
      socket.write(clientFrame('PONG'));
    }, 15);
    onTestFinished(() => clearInterval(sip));
    await waitFor(() => expect(bytes).toBeGreaterThan(ENOUGH_BYTES), 60_000);
    expect(pings).toBeGreaterThan(0);
    expect(socket.destroyed).toBe(false);
  });
});
