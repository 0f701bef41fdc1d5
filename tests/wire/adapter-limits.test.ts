import type { AddressInfo } from 'node:net';
import { initTRPC, type AnyTRPCRouter } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  applyWSSHandler,
  getWSConnectionHandler,
  jsonEncoder,
  roomsLimits,
  type SocketLimits,
  type WSSHandlerOptions,
} from '../../server/transport/adapter.ts';
import { rawSocket } from '../kit/raw-socket.ts';
import { wireRouter } from '../kit/wire-router.ts';
import { waitFor } from '../kit/wait-for.ts';

/** Somebody's own `ws` server. Gives its URL. */
async function ownServer(
  limits?: Partial<SocketLimits>,
  options: Partial<WSSHandlerOptions<AnyTRPCRouter>> = {},
): Promise<string> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => wss.once('listening', resolve));
  onTestFinished(() => wss.close());
  applyWSSHandler({ wss, router: wireRouter(), ...(limits && { limits }), ...options });
  return `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
}

const greet = { id: 1, method: 'query', params: { path: 'greet', input: 'you' } };

async function isServed(url: string): Promise<boolean> {
  const socket = await rawSocket(url);
  socket.send(greet);
  return Promise.race([socket.next().then(() => true), socket.closed.then(() => false)]);
}

/** An observable that says something long at every turn, and keeps count of what it said. */
function flood() {
  const said = { count: 0, isOver: false };
  const t = initTRPC.create();
  const router = t.router({
    flood: t.procedure.subscription(() =>
      observable<string>((observer) => {
        const timer = setInterval(() => {
          said.count += 1;
          observer.next('x'.repeat(50_000));
        });
        return () => {
          said.isOver = true;
          clearInterval(timer);
        };
      }),
    ),
  });
  return { said, router };
}

/** A query that answers nobody before so many have asked. */
function heldQuery() {
  let asked = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const t = initTRPC.create();
  const router = t.router({
    held: t.procedure.query(() => {
      asked += 1;
      return held;
    }),
  });
  const answer = async (times: number) => {
    await waitFor(() => expect(asked).toBe(times));
    release();
  };
  return { router, answer };
}

describe('the adapter on a ws server of an app', () => {
  it('[TRN4] holds up generators of a reader who stops, however many, and does not cut him', async () => {
    const STREAMS = 60;
    const t = initTRPC.create();
    let yielded = 0;
    const router = t.router({
      many: t.procedure.subscription(async function* ({ signal }) {
        for (;;) {
          if (signal?.aborted) return;
          // All at once, so that all of them see the same room.
          await new Promise((resolve) => setImmediate(resolve));
          yielded += 1;
          yield 'x'.repeat(50_000);
        }
      }),
    });
    const url = await ownServer({ ...roomsLimits, transformer: 'none' }, { router });
    const reader = await rawSocket(url);
    for (let id = 1; id <= STREAMS; id += 1) {
      reader.send({ id, method: 'subscription', params: { path: 'many' } });
    }
    await reader.next();
    reader.ws.pause();
    // Nobody yields any more: each of them holds one value at most, or waits.
    let before = -1;
    await waitFor(() => {
      const isStill = yielded === before && yielded >= STREAMS;
      before = yielded;
      expect(isStill).toBe(true);
    });
    const paused = yielded;
    reader.ws.resume();
    await waitFor(() => expect(yielded).toBeGreaterThan(paused + STREAMS));
    expect(reader.ws.readyState).toBe(reader.ws.OPEN);
  });

  it('[TRN4] cuts a reader who stops at the hard cap, though an observable cannot be held up', async () => {
    const { said, router } = flood();
    const url = await ownServer({ softBytes: 100_000, hardBytes: 400_000 }, { router });
    const socket = await rawSocket(url);
    socket.send({ id: 1, method: 'subscription', params: { path: 'flood' } });
    await socket.next();
    socket.ws.pause();
    await waitFor(() => expect(said.isOver).toBe(true), 15_000);
    socket.ws.resume();
    expect((await socket.closed).code).toBe(1006);
  });

  it.each<Partial<SocketLimits>>([{ connections: 1 }, { connectionsPerAddress: 1 }])(
    '[TRN5] closes 1013 beyond %j, and serves again when one has left',
    async (limits) => {
      const url = await ownServer(limits);
      const first = await rawSocket(url);
      expect((await (await rawSocket(url)).closed).code).toBe(1013);
      first.ws.close();
      await waitFor(async () => expect(await isServed(url)).toBe(true));
    },
  );

  it('[TRN5] counts by the address that the app names', async () => {
    let count = 0;
    const addressOf = () => `192.0.2.${(count += 1)}`;
    const url = await ownServer({ connectionsPerAddress: 1 }, { addressOf });
    expect([await isServed(url), await isServed(url)]).toEqual([true, true]);
  });

  it('[TRN5] outlives an app that cannot read the headers, and counts by the socket', async () => {
    const addressOf = () => {
      throw new Error('no such header');
    };
    const url = await ownServer({ connectionsPerAddress: 1 }, { addressOf });
    const first = await rawSocket(url);
    expect((await (await rawSocket(url)).closed).code).toBe(1013);
    first.send(greet);
    expect(await first.next()).toMatchObject({ id: 1, result: {} });
  });

  it('[TRN4] closes 4429 where a megabyte has come before it is known from whom', async () => {
    const url = await ownServer(roomsLimits, { createContext: () => new Promise(() => {}) });
    const socket = await rawSocket(url);
    const query = { ...greet, params: { ...greet.params, input: 'x'.repeat(50_000) } };
    for (let count = 0; count < 30; count += 1) socket.send({ ...query, id: count });
    expect((await socket.closed).code).toBe(4429);
  });

  it('[TRN6] outlives a message that a decoder made more of than JSON can hold', async () => {
    const decode = (frame: string | Uint8Array) => ({
      ...JSON.parse(String(frame)),
      more: 1n,
    });
    const experimental_encoder = { ...jsonEncoder, decode };
    const url = await ownServer({ messageBytes: 1_000 }, { experimental_encoder });
    const socket = await rawSocket(url);
    socket.send({ ...greet, params: { ...greet.params, input: 'x'.repeat(2_000) } });
    expect(await socket.next()).toMatchObject({ id: 1, error: {} });
    socket.send(greet);
    expect(await socket.next()).toMatchObject({ id: 1, result: {} });
  });

  it('closes 4429 at the first ping where none are allowed', async () => {
    const socket = await rawSocket(await ownServer({ pingsPerSecond: 0 }));
    socket.ws.send('PING');
    expect((await socket.closed).code).toBe(4429);
  });

  it('[TRN5] gives no place to a connection that has gone before it is handed over', async () => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => wss.once('listening', resolve));
    onTestFinished(() => wss.close());
    const serve = getWSConnectionHandler({ wss, router: wireRouter(), limits: { connections: 1 } });
    const late = new Promise<void>((resolve) => {
      wss.once('connection', (client, req) => {
        client.once('close', () => resolve(serve(client, req)));
        wss.on('connection', serve);
      });
    });
    const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
    (await rawSocket(url)).ws.close();
    await late;
    expect(await isServed(url)).toBe(true);
  });

  it('[TRN1] counts no calls where no limits are given', async () => {
    const { router, answer } = heldQuery();
    const socket = await rawSocket(await ownServer(undefined, { router }));
    const ids = Array.from({ length: 5_000 }, (_, id) => id);
    socket.send(ids.map((id) => ({ id, method: 'query', params: { path: 'held' } })));
    await answer(ids.length);
    for (const id of ids) expect(await socket.next()).toMatchObject({ id, result: {} });
  });

  it('has as many calls under way as it is told, and counts no call that has failed', async () => {
    const { router, answer } = heldQuery();
    const socket = await rawSocket(await ownServer({ callsAtOnce: 1 }, { router }));
    const query = (id: number, path: string) => ({ id, method: 'query', params: { path } });
    const tooMany = { error: { data: { code: 'TOO_MANY_REQUESTS' } } };
    for (const id of [1, 2]) {
      socket.send(query(id, 'missing'));
      expect(await socket.next()).toMatchObject({ id, error: { data: { code: 'NOT_FOUND' } } });
    }
    socket.send([query(3, 'held'), query(4, 'held')]);
    expect(await socket.next()).toMatchObject({ id: 4, ...tooMany });
    await answer(1);
    expect(await socket.next()).toMatchObject({ id: 3, result: {} });
  });

  it('[TRN1] counts nobody where no limits are given', async () => {
    const url = await ownServer();
    const sockets = await Promise.all(Array.from({ length: 50 }, () => rawSocket(url)));
    for (const { send } of sockets) send(greet);
    await Promise.all(sockets.map(({ next }) => next()));
  });
});
