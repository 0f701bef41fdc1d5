import type { AddressInfo, Socket } from 'node:net';
import { initTRPC } from '@trpc/server';
import { applyWSSHandler as stockHandler } from '@trpc/server/adapters/ws';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { applyWSSHandler as ourHandler } from '../../server/transport/adapter.ts';
import { rawSocket } from '../kit/raw-socket.ts';
import { waitFor } from '../kit/wait-for.ts';

// More than the kernel takes for a reader who has stopped.
const LENGTH = 16_000_000;

it.each([
  ['tRPC’s own adapter', stockHandler],
  // The same options but for ours beside them, which the generic types do not see.
  ['our adapter', ourHandler as unknown as typeof stockHandler],
])(
  '[TRN1] an app sees over %s what waits for a reader, and what was written',
  async (_, adapter) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => wss.once('listening', resolve));
    onTestFinished(() => wss.close());
    const tcp = new Promise<Socket>((resolve) =>
      wss.on('connection', (_ws, req) => resolve(req.socket)),
    );
    const t = initTRPC.create();
    const router = t.router({ large: t.procedure.query(() => 'x'.repeat(LENGTH)) });
    adapter({ wss, router });
    const reader = await rawSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`);
    const [seen] = wss.clients;
    if (!seen) throw new Error('nobody is connected');
    expect(seen.bufferedAmount).toBe(0);

    reader.ws.pause();
    reader.send({ id: 1, method: 'query', params: { path: 'large' } });
    await waitFor(() => expect(seen.bufferedAmount).toBeGreaterThan(LENGTH / 2));
    seen.send('"and what the app says itself"');
    expect(seen.bufferedAmount).toBeLessThan(LENGTH + 200);
    reader.ws.resume();
    await reader.next();
    await waitFor(() => expect(seen.bufferedAmount).toBe(0));
    expect((await tcp).bytesWritten).toBeGreaterThan(LENGTH);
  },
);
