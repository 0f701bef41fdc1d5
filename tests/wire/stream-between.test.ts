import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { applyWSSHandler } from '../../server/transport/adapter.ts';
import { rawSocket } from '../kit/raw-socket.ts';
import { wireRouter } from '../kit/wire-router.ts';

/** Hands on what it is given a turn later, as one that encrypts would. */
function slowed(socket: Duplex): Duplex {
  const between = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      setImmediate(() => {
        socket.write(chunk);
        done();
      });
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => between.push(chunk));
  socket.on('close', () => between.destroy());
  return between;
}

it('[TRN1] writes nothing past a stream that an app has put between ws and the socket', async () => {
  const wss = new WebSocketServer({ noServer: true });
  applyWSSHandler({ wss, router: wireRouter() });
  const server = createServer().listen(0, '127.0.0.1');
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    wss.handleUpgrade(req, slowed(socket), head, (ws) => {
      wss.emit('connection', ws, req);
      ws.on('message', () => ws.send(JSON.stringify({ app: 'x'.repeat(70_000) })));
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const client = await rawSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const next = () => Promise.race([client.next(), client.closed]);
  for (let id = 1; id <= 20; id += 1) {
    client.send({ id, method: 'mutation', params: { path: 'echo', input: id } });
    expect(await next()).toHaveProperty('app');
    expect(await next()).toEqual({ id, result: { type: 'data', data: id } });
  }
});
