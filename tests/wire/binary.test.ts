import { deserialize, serialize } from 'node:v8';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { createRooms as createClient, type RoomsRouter } from '../../client/index.ts';
import { createRooms, type RoomsContext } from '../../server/index.ts';
import { applyWSSHandler, type Encoder } from '../../server/transport/adapter.ts';
import { startTestServer } from '../../server/testing.ts';
import { defineRoom, durable, HOUR, type FrameOf } from '../../shared/index.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 4_096);
const canvas = defineRoom('canvas', {
  events: { stroke: durable(z.object({ bytes }), { publish: 'client' }) },
});
type Router = RoomsRouter<{ canvas: typeof canvas }>;
const contract = { canvas };

/** Everything in binary frames, as any encoder of the field would. */
const binary: Encoder = {
  encode: (data) => new Uint8Array(serialize(data)),
  decode: (data) => {
    if (typeof data === 'string') throw new Error('binary frames only');
    return deserialize(new Uint8Array(data)) as unknown;
  },
};

const stroke = Uint8Array.from({ length: 256 }, (_, value) => value);

/** What a follower sees of one stroke, live and again when he resumes. */
async function strokesOver(options: {
  url: string;
  token: string;
  encoder?: Encoder;
  transformer?: typeof superjson;
}): Promise<Uint8Array[]> {
  const { url, token, encoder, transformer } = options;
  const client = createWSClient({
    url,
    connectionParams: { token },
    ...(encoder && { experimental_encoder: encoder }),
  });
  onTestFinished(() => client.close());
  // The transformer's presence is a type; here it is a parameter.
  const link = wsLink<Router>({ client, ...(transformer && { transformer }) } as never);
  const trpc = createTRPCClient<Router>({ links: [link] });
  const first = (lastEventId?: string) =>
    new Promise<{ bytes: Uint8Array; id: string }>((resolve, reject) => {
      const input = { room: 'r', ...(lastEventId !== undefined && { lastEventId }) };
      const subscription = trpc.canvas.events.subscribe(input, {
        onStarted: () => {
          if (lastEventId !== undefined) return;
          trpc.canvas.publish
            .mutate({ room: 'r', type: 'stroke', data: { bytes: stroke } })
            .catch(reject);
        },
        onData: ({ id, data }: { id: string; data: FrameOf<typeof canvas> }) => {
          if (data.type !== 'event') return;
          subscription.unsubscribe();
          resolve({ bytes: data.event.data.bytes, id });
        },
        onError: reject,
      });
    });
  const live = await first();
  const epoch = live.id.split(':')[0];
  const replayed = await first(`${epoch}:0`);
  return [live.bytes, replayed.bytes];
}

describe('bytes in events', () => {
  it.each([
    ['JSON', undefined],
    ['a binary encoder', binary],
  ])(
    'come as they were sent, live and replayed, over the ready server with %s',
    async (_, encoder) => {
      const server = await startTestServer({ rooms: contract, ...(encoder && { encoder }) });
      onTestFinished(() => server.close());
      const [url, token] = [server.socketUrl, await server.token('ada')];
      const seen = await strokesOver({
        url,
        token,
        transformer: superjson,
        ...(encoder && { encoder }),
      });
      expect(seen).toEqual([stroke, stroke]);
    },
  );

  it('come as they were sent through our client, with the same encoder at both ends', async () => {
    const server = await startTestServer({ rooms: contract, encoder: binary });
    onTestFinished(() => server.close());
    const rooms = createClient(contract, {
      url: server.socketUrl,
      token: await server.token('ada'),
      encoder: binary,
    });
    onTestFinished(() => rooms.close());
    const handle = rooms.canvas.join('r', { onGap: 'reload' });
    const shown = new Promise<Uint8Array>((resolve) => {
      handle.on('stroke', (event) => resolve(event.data.bytes));
    });
    await handle.ready;
    expect(await handle.publish('stroke', { bytes: stroke })).toMatchObject({ level: 'memory' });
    expect(await shown).toEqual(stroke);
  });

  it('come as they are where a host has a binary encoder and no transformer', async () => {
    const rooms = await createRooms({ rooms: contract, dataDir: null });
    const t = initTRPC.context<RoomsContext>().create();
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const user = { id: 'ada', name: 'Ada', expiresAt: Date.now() + HOUR };
    applyWSSHandler({
      wss,
      router: t.router(rooms.routers),
      experimental_encoder: binary,
      createContext: (): RoomsContext => ({ user, connectionId: 'c' }),
    });
    await new Promise((resolve) => wss.once('listening', resolve));
    onTestFinished(async () => {
      for (const client of wss.clients) client.terminate();
      wss.close();
      await rooms.close();
    });
    const url = `ws://127.0.0.1:${(wss.address() as { port: number }).port}`;
    expect(await strokesOver({ url, token: 'ada', encoder: binary })).toEqual([stroke, stroke]);
  });
});
