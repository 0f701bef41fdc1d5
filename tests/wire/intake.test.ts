import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { waitFor } from '../kit/wait-for.ts';

const history = (id: number) => call(id, 'query', 'chat.history', { room: 'r', limit: 200 });

/** A room whose pages of history are as large as they may be. */
async function stage() {
  const server = await startServer({ publishing: 'off' });
  for (let index = 0; index < 200; index += 1) {
    await server.rooms.publish('chat', 'r', 'message', {
      text: `${index}`.padEnd(1_300, '\u0001'),
    });
  }
  const socket = await rawSocket(server.socketUrl, await server.token('ada'));
  return { server, socket };
}

describe('a client that asks for much at once', () => {
  it('[TRN4] gets every answer as he reads it, however much that is', async () => {
    const { server, socket } = await stage();
    socket.ws.pause();
    const sip = setInterval(() => socket.ws.resume(), 10);
    onTestFinished(() => clearInterval(sip));
    let bytes = 0;
    socket.ws.on('message', (data: Buffer) => {
      bytes += data.length;
      socket.ws.pause();
    });
    const count = 64;
    for (let frame = 0; frame < 2; frame += 1) {
      socket.send(Array.from({ length: 32 }, (_, index) => history(frame * 32 + index)));
    }
    for (let id = 0; id < count; id += 1) {
      const reply = (await Promise.race([socket.next(), socket.closed])) as { id?: number };
      expect(reply).toMatchObject({ id, result: {} });
    }
    // Many times what may wait for him.
    expect(bytes).toBeGreaterThan(12 * 1024 * 1024);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toMatch(/cut\S*slow_reader\S* 0$/m);
  });

  it('[TRN6] holds nobody else up', async () => {
    const { server, socket } = await stage();
    const other = await rawSocket(server.socketUrl, await server.token('bob'));
    const ask = (id: number) => call(id, 'query', 'chat.members', { room: 'r' });
    other.send(ask(1));
    await other.next();
    let answers = 0;
    socket.ws.on('message', () => (answers += 1));
    for (let frame = 0; frame < 8; frame += 1) {
      socket.send(Array.from({ length: 32 }, (_, index) => history(frame * 32 + index)));
    }
    other.send(ask(2));
    await other.next();
    expect(answers).toBeLessThan(64);
    await waitFor(() => expect(answers).toBe(256), 30_000);
  });
});
