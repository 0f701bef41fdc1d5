import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFaultProxy } from '../../check/real/fault-proxy.ts';

/** A server that answers every line with the same line, behind a proxy. */
async function echo() {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard.push(bytes.toString());
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy = await openFaultProxy(() => ({ host: '127.0.0.1', port, isSecure: false }));
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return { proxy, heard };
}

async function client(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  let text = '';
  let error: string | undefined;
  socket.on('data', (bytes) => (text += bytes.toString()));
  socket.on('error', (cause: NodeJS.ErrnoException) => (error = cause.code));
  await once(socket, 'connect');
  return { socket, text: () => text, error: () => error };
}

/** Resolves when a socket has closed, with an error or without. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('a fault proxy', () => {
  it('passes bytes on, both ways', async () => {
    const { proxy } = await echo();
    const { socket, text } = await client(proxy.port);
    socket.write('hello');
    await expect.poll(text).toBe('hello');
  });

  it('cuts before a request: the server never hears of it', async () => {
    const { proxy, heard } = await echo();
    const { socket, text } = await client(proxy.port);
    socket.write('one');
    await expect.poll(text).toBe('one');
    proxy.break('request');
    socket.write('two');
    await closeOf(socket);
    expect(heard).toEqual(['one']);
  });

  it('cuts before the reply: the server has heard, the client never learns', async () => {
    const { proxy, heard } = await echo();
    const { socket, text } = await client(proxy.port);
    socket.write('one');
    await expect.poll(text).toBe('one');
    proxy.break('reply');
    socket.write('two');
    await closeOf(socket);
    expect([heard, text()]).toEqual([['one', 'two'], 'one']);
  });

  it('resets, which the client is told', async () => {
    const { proxy } = await echo();
    const { socket, text, error } = await client(proxy.port);
    socket.write('one');
    await expect.poll(text).toBe('one');
    proxy.break('reset');
    await closeOf(socket);
    expect(error()).toBe('ECONNRESET');
  });

  it('delays without changing the order, also when the delay is lifted', async () => {
    const { proxy } = await echo();
    const { socket, text } = await client(proxy.port);
    proxy.delay(40);
    for (const letter of 'abcdef') {
      socket.write(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
    proxy.delay(0);
    for (const letter of 'ghi') socket.write(letter);
    await expect.poll(text).toBe('abcdefghi');
  });

  it('stalls and loses nothing', async () => {
    const { proxy, heard } = await echo();
    const { socket, text } = await client(proxy.port);
    socket.write('one');
    await expect.poll(text).toBe('one');
    proxy.stall(true);
    socket.write('two');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual(['one']);
    proxy.stall(false);
    await expect.poll(text).toBe('onetwo');
  });

  it('swallows, and breaks what has a hole when it is over', async () => {
    const { proxy, heard } = await echo();
    const { socket, text } = await client(proxy.port);
    socket.write('one');
    await expect.poll(text).toBe('one');
    const closed = closeOf(socket);
    proxy.blackhole(true);
    socket.write('two');
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.blackhole(false);
    await closed;
    expect(heard).toEqual(['one']);
  });

  it('refuses while there is nowhere to go', async () => {
    const proxy = await openFaultProxy(() => undefined);
    onTestFinished(() => proxy.close());
    const { socket } = await client(proxy.port);
    await closeOf(socket);
  });
});
