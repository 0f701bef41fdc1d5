import { createTRPCClient, httpBatchLink } from '@trpc/client';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createRooms,
  httpFallback,
  type RoomsClientOptions,
  type RoomsRouter,
} from '../../client/index.ts';
import { createLogger } from '../../server/logger.ts';
import type { TestServer } from '../../server/testing.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { game, streams, type Game } from '../kit/game.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { call, rawSocket, type RawSocket } from '../kit/raw-socket.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

type Chat = { chat: typeof chat };
type GameServer = TestServer<Chat, Game>;

// Its faults are meant.
const start = () => startServer<Chat, Game>({ procedures: game, logger: createLogger('silent') });

/** A client of ours, typed by what the server has of its own. */
async function player(server: GameServer, id: string, options: Partial<RoomsClientOptions> = {}) {
  const token = await server.token(id);
  const url = server.socketUrl;
  const rooms = createRooms<Chat, Game>({ chat }, { url, token, random: () => 0, ...options });
  onTestFinished(() => rooms.close());
  return rooms;
}

/** As many answers, by id. */
async function answersOf(socket: RawSocket, count: number) {
  const answers: { id: number }[] = [];
  while (answers.length < count) answers.push((await socket.next()) as { id: number });
  return answers.toSorted((a, b) => a.id - b.id);
}

describe("a server's own procedures", () => {
  it("are called typed over the SDK's connection, and reach rooms", async () => {
    const server = await start();
    const ada = await player(server, 'ada');
    const room = ada.chat.join('r', { onGap: 'reload' });
    const heard: unknown[] = [];
    room.on('message', (event) => heard.push(event));
    await room.ready;
    const moved = await ada.trpc.game.move.mutate({ room: 'r', to: 'e4' });
    expect(moved).toEqual({
      position: expect.stringMatching(/:1$/),
      at: new Date(5),
      moves: new Set(['e4']),
    });
    // Whom the token names, and nothing else that it says of him.
    const by = { id: 'ada', name: 'ada' };
    await waitFor(() => expect(heard).toMatchObject([{ data: { text: 'to e4' } }]));
    expect(heard).toEqual([expect.objectContaining({ by })]);
    expect(await ada.trpc.whoAmI.query()).toBe('ada');
    expect(server.procedures.game).toBeDefined();
  });

  it.each(['WebSocket', 'HTTP'])('refuse what their schema does, over %s', async (way) => {
    const server = await start();
    const over = way === 'HTTP' ? { WebSocket: httpFallback() } : {};
    const { trpc } = await player(server, 'ada', over);
    const refused = { data: { code: 'BAD_REQUEST', reason: 'BAD_INPUT' } };
    const tooLong = trpc.game.move.mutate({ room: 'r', to: 'far away' });
    await expect(tooLong).rejects.toMatchObject(refused);
    const unknown = trpc.game.move.mutate({ room: 'r', to: 'e4', by: 'eve' } as never);
    await expect(unknown).rejects.toMatchObject(refused);
  });

  it('keep code and words of a TRPCError, take those of a RoomError from the table, and hide faults', async () => {
    const server = await start();
    const { trpc } = await player(server, 'ada');
    for (const code of ['PRECONDITION_FAILED', 'FORBIDDEN', 'BAD_REQUEST'] as const) {
      const refused = { message: 'not your turn', data: { code } };
      await expect(trpc.game.refuse.mutate(code)).rejects.toMatchObject(refused);
    }
    await expect(trpc.game.fail.mutate('TOO_MANY')).rejects.toMatchObject({
      message: 'in words',
      data: { code: 'TOO_MANY_REQUESTS', reason: 'TOO_MANY', retryable: true, retryAfterMs: 5 },
    });
    const message = expect.stringMatching(/^internal error \(fault \w+\)$/);
    const fault = { message, data: { code: 'INTERNAL_SERVER_ERROR' } };
    await expect(trpc.game.crash.mutate()).rejects.toMatchObject(fault);
    const worded = trpc.game.refuse.mutate('INTERNAL_SERVER_ERROR');
    await expect(worded).rejects.toMatchObject(fault);
  });

  it('are for users with a token, or for anybody', async () => {
    const server = await start();
    const socket = await rawSocket(server.socketUrl);
    socket.send([
      call(1, 'query', 'whoAmI', null),
      call(2, 'mutation', 'game.move', { room: 'r', to: 'e4' }),
      call(3, 'mutation', 'game.nope', {}),
    ]);
    expect(await answersOf(socket, 3)).toMatchObject([
      { id: 1, result: { data: { json: 'nobody' } } },
      { id: 2, error: { json: { data: { reason: 'UNAUTHENTICATED', code: 'UNAUTHORIZED' } } } },
      { id: 3, error: { json: { data: { reason: 'NO_SUCH_PROCEDURE' } } } },
    ]);
  });

  it('are in batches with those of rooms, within the same limits', async () => {
    const server = await start();
    const token = await server.token('ada');
    const socket = await rawSocket(server.socketUrl, token);
    const huge = { room: 'r', to: 'x'.repeat(70_000) };
    socket.send([call(1, 'mutation', 'game.move', huge), call(2, 'query', 'whoAmI', null)]);
    expect(await answersOf(socket, 2)).toMatchObject([
      { id: 1, error: { json: { data: { reason: 'TOO_LARGE' } } } },
      { id: 2, result: { data: { json: 'ada' } } },
    ]);
    const headers = { authorization: `Bearer ${token}` };
    const trpc = createTRPCClient<RoomsRouter<Chat, Game>>({
      links: [httpBatchLink({ url: `${server.url}/trpc`, headers, transformer: superjson })],
    });
    const [sent, moved] = await Promise.all([
      trpc.chat.send.mutate({ room: 'r', text: 'hi' }),
      trpc.game.move.mutate({ room: 'r', to: 'e4' }),
    ]);
    expect([sent.level, moved.moves]).toEqual(['memory', new Set(['e4'])]);
  });

  it('stream, go on after a reconnect where they were, and are told to stop', async () => {
    streams.length = 0;
    const server = await start();
    const ada = await player(server, 'ada');
    const seen: number[] = [];
    const { unsubscribe } = ada.trpc.game.count.subscribe(
      { to: 3 },
      { onData: ({ data }) => seen.push(data.n) },
    );
    await waitFor(() => expect(seen).toEqual([1, 2, 3]));
    const { port } = new URL(server.url);
    const { secret } = server;
    await server.close();
    expect(streams).toEqual([{ stopped: true, from: undefined }]);
    await startServer<Chat, Game>({ procedures: game, port: Number(port), secret });
    await waitFor(() => expect(streams[1]).toEqual({ stopped: false, from: '3' }));
    unsubscribe();
    await waitFor(() => expect(streams[1]?.stopped).toBe(true));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('have streams that fail by the table, too', async () => {
    const server = await start();
    const { trpc } = await player(server, 'ada');
    const failure = new Promise((_, reject) => {
      trpc.game.count.subscribe({ to: 13 }, { onError: reject });
    });
    await expect(failure).rejects.toMatchObject({
      message: 'thirteen',
      data: { reason: 'LIMIT_REACHED', code: 'FORBIDDEN' },
    });
  });

  it('[AUT2] have streams that end with the token over HTTP, where no socket closes', async () => {
    const clock = manualClock();
    const server = await startServer<Chat, Game>({ procedures: game, clock });
    const headers = { authorization: `Bearer ${await server.token('ada', { lifeMs: HOUR })}` };
    const input = encodeURIComponent(JSON.stringify({ json: { to: 1 } }));
    const response = await fetch(`${server.url}/trpc/game.count?input=${input}`, { headers });
    let text = '';
    const reading = response.body?.pipeTo(
      new WritableStream({ write: (chunk) => void (text += Buffer.from(chunk).toString()) }),
    );
    await waitFor(() => expect(text).toContain('"n":1'));
    clock.advance(HOUR);
    await waitFor(() => expect(text).toContain('TOKEN_EXPIRED'));
    await reading;
  });

  it('are not part of REST and its documents', async () => {
    const server = await start();
    const headers = { authorization: `Bearer ${await server.token('ada')}` };
    const response = await fetch(`${server.url}/api/whoAmI`, { headers });
    expect(response.status).toBe(404);
    expect(await (await fetch(`${server.url}/openapi.json`)).text()).not.toContain('whoAmI');
  });

  it.each(['chat', 'me', 'chat.send'])('cannot be named %s', async (name) => {
    const dataDir = tempDir();
    const procedures: typeof game = (parts) => ({ ...game(parts), [name]: parts.router({}) });
    await expect(startServer({ procedures, dataDir })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining(`"${name}" is taken by`),
      advice: 'Give the procedures of your own another name.',
    });
    // Its directory is free again.
    await startServer({ dataDir });
  });

  it('leave nothing open where making them fails', async () => {
    const dataDir = tempDir();
    const procedures = () => {
      throw new Error('no database');
    };
    await expect(startServer({ procedures, dataDir })).rejects.toThrow('no database');
    await startServer({ dataDir });
  });
});
