import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR } from '../../shared/index.ts';
import { stockClient } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECRET = 'a secret of at least thirty-two characters';
const tokenFor = (id: string) => signToken(SECRET, { id, name: id, expiresAt: Date.now() + HOUR });

describe.each(['SIGTERM', 'SIGINT'] as const)('a server that gets %s', (signal) => {
  it('finishes running acks, tells clients, and exits 0 within 5 s', async () => {
    const env = { DATA_DIR: tempDir(), AUTH_SECRET: SECRET };
    const server = await serverProcess(env);
    const socket = await rawSocket(server.socketUrl, await tokenFor('ada'));
    socket.send(call(0, 'subscription', 'chat.events', { room: 'r' }));
    await socket.next();
    for (let id = 1; id <= 100; id += 1) {
      socket.send(call(id, 'mutation', 'chat.send', { room: 'r', text: `m${id}` }));
    }
    const replies: {
      id: number;
      result?: { type: string; data: { json: { position: string } } };
    }[] = [];
    const acked = () => replies.filter(({ id, result }) => id > 0 && result).length;
    const reading = (async () => {
      // Reads on until the socket has closed: the last call of `next` stays open.
      for (;;) replies.push((await socket.next()) as (typeof replies)[number]);
    })();
    void reading;
    await expect.poll(acked, { interval: 1 }).toBeGreaterThan(0);
    const begun = performance.now();
    const code = await server.stop(signal);
    expect(code).toBe(0);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await socket.closed).toEqual({ code: 1012, reason: 'restarting' });
    // Whoever got no ack got a refusal that he may retry, and nothing of his was stored.
    const answers = replies
      .filter(({ id }) => id > 0)
      .filter(({ result }) => result?.type !== 'started');
    expect(new Set(answers.map(({ id }) => id)).size).toBe(100);
    const next = await serverProcess(env);
    const { trpc } = stockClient(next.socketUrl, await tokenFor('ada'));
    const page = await trpc.chat.history.query({ room: 'r', limit: 200 });
    expect(page.events).toHaveLength(acked());
  });
});

describe('npm start', () => {
  it('ends the server with npm, and leaves nobody behind who holds the port', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, PORT: '0', DATA_DIR: tempDir(), LOG_LEVEL: 'info' },
      detached: true,
    });
    onTestFinished(() => endGroup(npm));
    const url = await new Promise<string>((resolve, reject) => {
      npm.once('exit', () => reject(new Error('the server did not start')));
      createInterface({ input: npm.stdout }).on('line', (line) => {
        const found = /"url":"(http[^"]+)"/.exec(line)?.[1];
        if (found) resolve(found);
      });
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    npm.kill('SIGTERM');
    const isServed = () =>
      fetch(`${url}/healthz`).then(
        () => true,
        () => false,
      );
    await expect.poll(isServed, { timeout: 5_000 }).toBe(false);
  });
});

/** Ends a process that was spawned `detached`, and whatever it has started. */
function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? 0), 'SIGKILL');
  } catch {
    // They have all ended.
  }
}
