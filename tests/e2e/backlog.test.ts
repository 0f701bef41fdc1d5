import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

const CROWD = 1_000;

/** What the system lets wait for one listener, where it says so. */
function systemLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  } catch {
    return 0;
  }
}

const isTold = systemLimit() >= 2 * CROWD;

it.skipIf(!isTold)(
  `${isTold ? '' : 'NOT TESTED, the system lets fewer wait: '}a crowd that comes back while the server is busy need not knock twice`,
  async () => {
    const server = await serverProcess({ DATA_DIR: tempDir() });
    const sockets: Socket[] = [];
    onTestFinished(() => {
      process.kill(server.pid, 'SIGCONT');
      for (const socket of sockets) socket.destroy();
    });
    // Busy for as long as the test likes: it takes nobody in.
    process.kill(server.pid, 'SIGSTOP');
    const startedAt = performance.now();
    const connected = Array.from({ length: CROWD }, () => {
      const socket = connect({ host: '127.0.0.1', port: server.port });
      sockets.push(socket);
      socket.on('error', () => {});
      return new Promise<number>((resolve) => {
        socket.once('connect', () => resolve(performance.now() - startedAt));
      });
    });
    const slowest = Math.max(...(await Promise.all(connected)));
    // Who is not let wait asks again a second later, then after three, seven, fifteen.
    expect(slowest).toBeLessThan(900);
  },
);
