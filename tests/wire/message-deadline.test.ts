import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startServer } from '../kit/clients.ts';
import { clientFrame, OPCODE } from '../kit/client-frames.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { readyServer } from '../kit/ready-server.ts';

const { continuation, ping } = OPCODE;
const text = JSON.stringify(call(7, 'query', 'chat.members', { room: 'r' }));

/** Somebody who is in, and writes bytes as he likes. */
async function connected(limits: 'on' | 'off' = 'on') {
  const clock = manualClock(Date.now());
  const server =
    limits === 'on' ? await startServer({ clock }) : await readyServer({ limits }, { clock });
  const socket = await rawSocket(server.socketUrl, await server.token('ada'));
  socket.send(call(1, 'query', 'chat.members', { room: 'r' }));
  await socket.next();
  const { _socket: wire } = socket.ws as unknown as { _socket: Socket };
  /** Writes bytes behind a ping, and waits for the pong: what stood behind it has been read too. */
  const write = async (...bytes: Buffer[]) => {
    const pong = new Promise((resolve) => socket.ws.once('pong', resolve));
    wire.write(Buffer.concat([clientFrame('', { opcode: ping }), ...bytes]));
    await pong;
  };
  return { server, socket, clock, write, wire };
}

describe('a message that was begun', () => {
  it.each([
    ['the first byte of a header', clientFrame(text).subarray(0, 1)],
    ['a header without its length', clientFrame('x'.repeat(300)).subarray(0, 3)],
    ['a part of its bytes', clientFrame(text).subarray(0, 20)],
    ['a fragment', clientFrame(text, { isFinal: false })],
    ['an empty fragment', clientFrame('', { isFinal: false })],
    ['a length of 1 MiB and no byte', clientFrame('', { declares: 1024 * 1024 })],
  ])('[TRN5] and stays %s ends its connection after 10 s', async (_, bytes) => {
    const { server, socket, clock, write } = await connected();
    await write(bytes);
    clock.advance(9_999);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    clock.advance(1);
    // 1006: whoever is not broken comes back.
    expect((await socket.closed).code).toBe(1006);
    const figures = await (await fetch(`${server.url}/metrics`)).text();
    expect(figures).toContain('connections_cut_total{reason="late_message"} 1');
  });

  it('[TRN5] gets no more time for pings and fragments', async () => {
    const { socket, clock, write } = await connected();
    await write(clientFrame('{', { isFinal: false }));
    for (let second = 0; second < 9; second += 1) {
      clock.advance(1_000);
      await write(clientFrame(' ', { opcode: continuation, isFinal: false }));
    }
    clock.advance(1_000);
    expect((await socket.closed).code).toBe(1006);
  });

  it('[TRN5] and comes to its end in time is served, and nothing is left of its deadline', async () => {
    const { socket, clock, write, wire } = await connected();
    await write(clientFrame(text.slice(0, 5), { isFinal: false }));
    clock.advance(9_000);
    await write(clientFrame(text.slice(5, 9), { opcode: continuation, isFinal: false }));
    wire.write(clientFrame(text.slice(9), { opcode: continuation }));
    expect(await socket.next()).toMatchObject({ id: 7, result: {} });
    // Less than the silence that is pinged.
    clock.advance(20_000);
    await write();
    socket.send(call(8, 'query', 'chat.members', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 8, result: {} });
  });

  it('has all the time there is with LIMITS=off', async () => {
    const { socket, clock, write, wire } = await connected('off');
    const frame = clientFrame(text);
    await write(frame.subarray(0, 20));
    clock.advance(20_000);
    wire.write(frame.subarray(20));
    expect(await socket.next()).toMatchObject({ id: 7, result: {} });
  });
});
