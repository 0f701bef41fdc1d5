import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { once } from 'node:events';
import superjson from 'superjson';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { SubjectServer } from '../subject-server.ts';

const t = initTRPC.create({ transformer: superjson });

let sends = 0;

/** What a team writes by itself on a first day: the same input and the same answer, nothing kept,
 *  nobody asked who he is. The floor that any tRPC server stands on. */
const router = t.router({
  chat: {
    send: t.procedure
      .input(
        z.strictObject({
          room: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/),
          text: z.string().trim().min(1).max(4000),
          idempotencyKey: z.string().max(128).optional(),
        }),
      )
      .mutation(() => {
        const id = `stock:${(sends += 1)}`;
        return { id, position: id, at: new Date(), level: 'none', duplicate: false };
      }),
  },
});

/** Starts it on a free port. */
export async function startStockTrpc(): Promise<SubjectServer> {
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  applyWSSHandler({ wss, router });
  await once(wss, 'listening');
  const address = wss.address();
  if (address === null || typeof address === 'string') throw new Error('stock-trpc: has no port');
  const close = async () => {
    for (const socket of wss.clients) socket.terminate();
    await new Promise((resolve) => wss.close(resolve));
  };
  return { url: `http://127.0.0.1:${address.port}`, close };
}
