import { describe, expect, it } from 'vitest';
import { signToken } from '../../server/index.ts';
import { HOUR } from '../../shared/index.ts';
import { stockClient } from '../kit/clients.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';

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
