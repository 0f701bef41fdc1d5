import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpServer, LARGE, statusOf, upgrade } from '../kit/http-server.ts';
import { waitFor } from '../kit/wait-for.ts';

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
    const { raw } = await httpServer({ timeouts });
    expect(await raw(text)).toContain(' 408 ');
  });

  it('[TRN5] is hung up on when it has its answer and asks nothing more', async () => {
    const { raw } = await httpServer({ timeouts });
    expect(statusOf(await raw('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'))).toBe(200);
  });

  it('[TRN4] is cut when not a byte of its answer leaves', async () => {
    const { port } = await httpServer({ timeouts: { ...timeouts, stallMs: 60 } });
    const socket = connect(port, '127.0.0.1').pause();
    onTestFinished(() => void socket.destroy());
    let isCut = false;
    socket.on('error', () => (isCut = true));
    socket.write('GET /trpc/large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await waitFor(() => {
      // Who does not read learns of it by writing.
      socket.write('x');
      expect(isCut).toBe(true);
    });
  });

  it.runIf(existsSync('/proc/net/tcp'))(
    '[TRN4] gets a large answer to its end as long as he takes of it',
    async () => {
      const { port } = await httpServer({ timeouts: { ...timeouts, stallMs: 600 } });
      const socket = connect(port, '127.0.0.1').pause();
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.write('GET /trpc/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      // The kernel takes the rest of it late: a third of what it holds is a second's reading.
      const sip = setInterval(() => socket.read(16_384), 10);
      onTestFinished(() => clearInterval(sip));
      await waitFor(() => expect(socket.bytesRead).toBeGreaterThan(LARGE), 30_000);
    },
    40_000,
  );

  it('[TRN5] is told 431 when its headers have no end', async () => {
    const { raw } = await httpServer();
    const line = `X-A: ${'x'.repeat(20_000)}\r\n`;
    const answer = await raw(`GET / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`);
    expect(statusOf(answer)).toBe(431);
  });
});
