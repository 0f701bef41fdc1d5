import { initTRPC } from '@trpc/server';
import { applyWSSHandler as stockHandler } from '@trpc/server/adapters/ws';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { createRooms as createClient } from '../../client/index.ts';
import { createRooms, StartError, type RoomsContext } from '../../server/index.ts';
import { applyWSSHandler as ourHandler } from '../../server/transport/adapter.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { waitFor } from '../kit/wait-for.ts';

/** A host's own tRPC server: its router, its context, rooms mounted beside its procedures. */
async function host(
  adapter: typeof stockHandler,
  settings: { transformer?: typeof superjson } = { transformer: superjson },
  onError: (message: string) => void = () => {},
): Promise<string> {
  const rooms = await createRooms({ rooms: { chat }, dataDir: null });
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    for (const client of wss.clients) client.terminate();
    wss.close();
    await rooms.close();
  });
  const t = initTRPC.context<RoomsContext>().create(settings);
  const router = t.router({ ...rooms.routers, hello: t.procedure.query(() => 'hi') });
  let connections = 0;
  adapter({
    wss,
    router,
    createContext: ({ info }): RoomsContext => {
      const id = String(info.connectionParams?.['token']);
      const user = { id, name: id, expiresAt: Date.now() + HOUR };
      return { user, connectionId: `c${(connections += 1)}` };
    },
    onError: ({ error }) => onError(error.message),
  });
  await new Promise((resolve) => wss.once('listening', resolve));
  return `ws://127.0.0.1:${(wss.address() as { port: number }).port}`;
}

describe.each([
  ['tRPC’s own adapter', stockHandler],
  // The same options but for ours beside them, which the generic types do not see.
  ['our adapter', ourHandler as unknown as typeof stockHandler],
])('[TRN1] our client over %s', (_, adapter) => {
  it('joins, resumes after a cut, and hears every event once and in order', async () => {
    const url = await host(adapter);
    const writer = createClient({ chat }, { url, token: 'ada' });
    const sockets: WebSocket[] = [];
    class Tapped extends WebSocket {
      constructor(address: string | URL) {
        super(address);
        sockets.push(this);
      }
    }
    const reader = createClient(
      { chat },
      { url, token: 'bob', WebSocket: Tapped, random: () => 0 },
    );
    onTestFinished(() => {
      writer.close();
      reader.close();
    });
    const room = reader.chat.join('r', { onGap: 'reload' });
    const texts: string[] = [];
    const starts: string[] = [];
    room.on('message', ({ data }) => texts.push(data.text));
    room.onFrame((frame) => frame.type === 'ready' && starts.push(frame.start));
    await room.ready;
    const mine = writer.chat.join('r', { onGap: 'reload' });
    await mine.send({ text: 'a' });
    await waitFor(() => expect(texts).toEqual(['a']));
    sockets[0]?.close();
    await mine.send({ text: 'b' });
    await mine.send({ text: 'c' });
    await waitFor(() => expect(texts).toEqual(['a', 'b', 'c']));
    expect(starts).toEqual(['fresh', 'resumed']);
    expect((await room.members()).users.map(({ id }) => id).toSorted()).toEqual(['ada', 'bob']);
  });
});

describe('a host that has no transformer', () => {
  it('is told by our adapter before it serves anybody', async () => {
    const failure = await host(ourHandler as unknown as typeof stockHandler, {}).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(StartError);
    expect(failure).toMatchObject({
      message: 'the router that rooms are mounted in has no transformer',
      advice: expect.stringContaining('`initTRPC.create({ transformer: superjson, '),
    });
  });

  it('is told over tRPC’s own adapter at the first call', async () => {
    const said: string[] = [];
    const url = await host(stockHandler, {}, (message) => void said.push(message));
    const client = createClient({ chat }, { url, token: 'ada' });
    onTestFinished(() => client.close());
    const room = client.chat.join('r', { onGap: 'reload' });
    await expect(room.ready).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(said[0]).toContain('needs `initTRPC.create({ transformer: superjson })`');
  });
});
