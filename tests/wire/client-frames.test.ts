import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { createRooms as createClient } from '../../client/index.ts';
import { createRooms, type RoomsContext } from '../../server/index.ts';
import { applyWSSHandler } from '../../server/transport/adapter.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { waitFor } from '../kit/wait-for.ts';

const FRAME_BYTES = 64 * 1024;

/** A server that takes 32 calls and 64 KiB in a frame, and closes over anything larger. */
async function strictHost() {
  const rooms = await createRooms({ rooms: { chat }, dataDir: null });
  const t = initTRPC.context<RoomsContext>().create({ transformer: superjson });
  const router = t.router({ ...rooms.routers });
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: FRAME_BYTES });
  let connections = 0;
  applyWSSHandler({
    wss,
    router,
    limits: { callsPerFrame: 32, messageBytes: FRAME_BYTES, subscriptions: 128 },
    createContext: ({ info }): RoomsContext => {
      const id = String(info.connectionParams?.['token']);
      const user = { id, name: id, expiresAt: Date.now() + HOUR };
      return { user, connectionId: `c${(connections += 1)}` };
    },
  });
  await new Promise((resolve) => wss.once('listening', resolve));
  const cut = () => {
    for (const client of wss.clients) client.terminate();
  };
  onTestFinished(async () => {
    cut();
    wss.close();
    await rooms.close();
  });
  return { url: `ws://127.0.0.1:${(wss.address() as { port: number }).port}`, cut };
}

describe('[TRN6] our client over a server with tight frames', () => {
  it('follows 128 rooms, comes back to all of them, and publishes into all of them at once', async () => {
    const { url, cut } = await strictHost();
    const closes: number[] = [];
    class Tapped extends WebSocket {
      constructor(address: string | URL) {
        super(address);
        this.addEventListener('close', ({ code }) => closes.push(code));
      }
    }
    const rooms = createClient({ chat }, { url, token: 'ada', WebSocket: Tapped, random: () => 0 });
    onTestFinished(() => rooms.close());
    const handles = Array.from({ length: 128 }, (_, n) =>
      rooms.chat.join(`r${n}`, { onGap: 'reload' }),
    );
    const starts: string[] = [];
    for (const room of handles) {
      room.onFrame((frame) => frame.type === 'ready' && starts.push(frame.start));
    }
    await Promise.all(handles.map(({ ready }) => ready));
    cut();
    await waitFor(() => expect(starts).toHaveLength(256));
    expect(starts.slice(128).every((start) => start === 'resumed')).toBe(true);
    const text = 'x'.repeat(4_000);
    const acks = await Promise.all(
      handles.flatMap((room) => [room.send({ text }), room.send({ text })]),
    );
    expect(acks.map(({ position }) => position.split(':')[1])).toEqual(
      handles.flatMap(() => ['1', '2']),
    );
    expect(closes).toEqual([1006]);
    expect(rooms.connection.current).toEqual({ state: 'open' });
  });
});
