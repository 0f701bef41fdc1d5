import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createRooms,
  indexedDbStorage,
  joinRoom,
  memoryStorage,
  type RoomsClientOptions,
} from '../../client/index.ts';
import { fileStorage } from '../../client/node/file-storage.ts';
import { chat } from '../../shared/index.ts';
import { startServer, stockClient } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

async function client(url: string, token: string, options: Partial<RoomsClientOptions> = {}) {
  const rooms = createRooms({ chat }, { url, token, random: () => 0, ...options });
  onTestFinished(() => rooms.close());
  return rooms;
}

/** Somebody in a room whose line has gone. */
async function away() {
  const server = await startServer();
  const way = await roadTo(server);
  const rooms = await client(way.url, await server.token('ada'));
  const room = rooms.chat.join('r', { onGap: 'reload' });
  await room.ready;
  way.close();
  await waitFor(() => expect(rooms.connection.current.state).toBe('waiting'));
  return { way, rooms, room };
}

const textsOf = (events: readonly { data: unknown }[]) =>
  events.map(({ data }) => (data as { text: string }).text);

describe('the outbox over a real server', () => {
  it('[SND2] sends what was published while it was away, in order and each once', async () => {
    const { way, room } = await away();
    const texts = Array.from({ length: 20 }, (_, n) => `m${n}`);
    const acks = texts.map((text) => room.send({ text }));
    expect(room.outbox.getSnapshot().map(({ state }) => state)).toEqual(Array(20).fill('queued'));
    way.open();
    expect((await Promise.all(acks)).map(({ position }) => Number(position.split(':')[1]))).toEqual(
      texts.map((_, n) => n + 1),
    );
    expect(textsOf((await room.history()).events)).toEqual(texts);
    await waitFor(() => expect(room.outbox.getSnapshot()).toEqual([]));
  });

  it('[SND2] takes back what was never sent, and sends the rest', async () => {
    const { way, rooms, room } = await away();
    const texts = ['hello', 'for another room', 'bye'];
    const acks = texts.map((text, n) => room.send({ text }, { idempotencyKey: `k${n}` }));
    expect(rooms.outbox.discard('k1')).toBe(true);
    await expect(acks[1]).rejects.toMatchObject({ code: 'EVENT_REMOVED', retryable: false });
    way.open();
    await Promise.all([acks[0], acks[2]]);
    expect(room.outbox.discard('k2')).toBe(false);
    expect(textsOf((await room.history()).events)).toEqual(['hello', 'bye']);
  });

  it('[SND2] loses and doubles nothing while connections are cut all the time', async () => {
    const server = await startServer();
    const way = await roadTo(server);
    const rooms = await client(way.url, await server.token('ada'));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const seen: string[] = [];
    room.on('message', ({ data }) => seen.push(data.text));
    await room.ready;
    const texts = Array.from({ length: 60 }, (_, n) => `m${n}`);
    let cuts = 0;
    room.on('message', () => {
      // In the middle of the next one's round trip, again and again.
      if (seen.length % 20 === 10 && cuts < 5) {
        cuts += 1;
        way.cut();
      }
    });
    await Promise.all(texts.map((text) => room.send({ text })));
    expect(textsOf((await room.history({ limit: 200 })).events)).toEqual(texts);
    await waitFor(() => expect(seen).toEqual(texts));
    expect(cuts).toBeGreaterThan(0);
  });

  it('[SND2] keeps what is queued when the handle is left', async () => {
    const server = await startServer();
    const rooms = await client(server.socketUrl, await server.token('ada'));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const acks = ['a', 'b', 'c'].map((text) => room.send({ text }));
    room.leave();
    expect(await Promise.all(acks)).toHaveLength(3);
    const again = rooms.chat.join('r', { onGap: 'reload' });
    expect(textsOf((await again.history()).events)).toEqual(['a', 'b', 'c']);
  });

  it('[SND2] ends every send with a type when the client is closed', async () => {
    const server = await startServer();
    const rooms = await client(server.socketUrl, await server.token('ada'));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    const ends = ['a', 'b'].map((text) => room.send({ text }));
    rooms.close();
    for (const end of ends) await expect(end).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(room.outbox.getSnapshot().map(({ state }) => state)).toEqual(['expired', 'expired']);
  });

  it('sends latest values at once or refuses them, and queues none', async () => {
    const server = await startServer();
    const rooms = await client(server.socketUrl, await server.token('ada'));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await expect(room.typing({ typing: true })).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await room.ready;
    expect(await room.publish('typing', { typing: true })).toMatchObject({ level: 'live' });
    expect(rooms.outbox.getSnapshot()).toEqual([]);
  });

  it.each([
    ['memory', () => memoryStorage()],
    ['IndexedDB', () => indexedDbStorage({ indexedDB: new IDBFactory() })],
    ['a directory', () => fileStorage(tempDir())],
  ])('[SND2] survives a reload with %s: same keys, results to be seen', async (_, make) => {
    const server = await startServer();
    const way = await roadTo(server);
    const token = await server.token('ada');
    const storage = make();
    const before = await client(way.url, token, { outbox: { storage } });
    const room = before.chat.join('r', { onGap: 'reload' });
    await room.ready;
    way.close();
    await waitFor(() => expect(before.connection.current.state).toBe('waiting'));
    const lost = room.send({ text: 'unsent' }, { idempotencyKey: 'key-1' });
    await waitFor(async () => expect(await storage.list('')).toHaveLength(1));
    before.close();
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });

    const after = await client(server.socketUrl, token, { outbox: { storage } });
    const states: string[] = [];
    after.outbox.subscribe(() => {
      states.push(...after.outbox.getSnapshot().map(({ key, state }) => `${key} ${state}`));
    });
    await waitFor(() => expect(states.at(-1)).toBe('key-1 acked'));
    expect(states).toContain('key-1 sending');
    const again = after.chat.join('r', { onGap: 'reload' });
    expect((await again.history()).events).toMatchObject([{ idempotencyKey: 'key-1' }]);
    await waitFor(async () => expect(await storage.list('')).toEqual([]));
    await waitFor(() => expect(after.outbox.getSnapshot()).toEqual([]));
  });

  it('[SND2] two tabs that send the same unsent publishes store each once and in order', async () => {
    const server = await startServer();
    const way = await roadTo(server);
    const token = await server.token('ada');
    const storage = memoryStorage();
    const dead = await client(way.url, token, { outbox: { storage } });
    const room = dead.chat.join('r', { onGap: 'reload' });
    await room.ready;
    way.close();
    await waitFor(() => expect(dead.connection.current.state).toBe('waiting'));
    const texts = Array.from({ length: 10 }, (_, n) => `m${n}`);
    for (const text of texts) void room.send({ text });
    await waitFor(async () => expect(await storage.list('')).toHaveLength(10));
    dead.close();
    // No locks that hold anybody back: the worst case.
    const locks = { take: async () => () => {} };
    const tabs = await Promise.all(
      [1, 2].map(() => client(server.socketUrl, token, { outbox: { storage }, locks })),
    );
    const own = tabs.map((tab, n) =>
      tab.chat.join('r', { onGap: 'reload' }).send({ text: `own${n}` }),
    );
    await Promise.all(own);
    await waitFor(async () => expect(await storage.list('')).toEqual([]));
    const reader = tabs[0]?.chat.join('r', { onGap: 'reload' });
    const stored = textsOf((await reader?.history({ limit: 200 }))?.events ?? []);
    expect(stored.slice().toSorted()).toEqual([...texts, 'own0', 'own1'].toSorted());
    expect(stored.filter((text) => text.startsWith('m'))).toEqual(texts);
  });

  it('[SND2] carries publishes over a drop on a stock client’s branch too', async () => {
    const server = await startServer();
    const way = await roadTo(server);
    const { trpc } = stockClient(way.url, await server.token('ada'));
    const room = joinRoom(chat, trpc.chat, 'r', { onGap: 'reload', random: () => 0 });
    await room.ready;
    const texts = Array.from({ length: 10 }, (_, n) => `m${n}`);
    const acks = texts.map((text) => room.send({ text }));
    way.cut();
    await Promise.all(acks);
    expect(textsOf((await room.history()).events)).toEqual(texts);
    await waitFor(() => expect(room.outbox.getSnapshot()).toEqual([]));
  });

  it('[SND2] carries publishes over an expired token', async () => {
    const server = await startServer();
    const fetched: number[] = [];
    const token = () => {
      const lifeMs = fetched.length === 0 ? 1_200 : 60_000;
      fetched.push(lifeMs);
      return server.token('ada', { lifeMs });
    };
    const rooms = createRooms({ chat }, { url: server.socketUrl, token, random: () => 0 });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    const sent: string[] = [];
    while (fetched.length < 2) {
      sent.push(`m${sent.length}`);
      await room.send({ text: `m${sent.length - 1}` });
    }
    expect(textsOf((await room.history({ limit: 200 })).events)).toEqual(sent.slice(-200));
  });

  it.each([
    ['where it is not said who is there', {}],
    ['where who is there is said to be nobody yet', { user: '' }],
  ])('[RES3] goes on after a reload where the last page was, %s', async (_, who) => {
    const server = await startServer();
    const token = await server.token('ada');
    const options = { positions: memoryStorage(), ...who };
    const writer = (await client(server.socketUrl, token)).chat.join('r', { onGap: 'reload' });
    const before = await client(server.socketUrl, token, options);
    const room = before.chat.join('r', { onGap: 'reload' });
    expect(await room.ready).toMatchObject({ start: 'fresh' });
    const first: string[] = [];
    room.on('message', ({ data }) => first.push(data.text));
    await writer.send({ text: 'seen' });
    await waitFor(() => expect(first).toEqual(['seen']));
    before.close();
    await writer.send({ text: 'missed' });
    const after = await client(server.socketUrl, token, options);
    const again = after.chat.join('r', { onGap: 'reload' });
    const second: string[] = [];
    again.on('message', ({ data }) => second.push(data.text));
    expect(await again.ready).toMatchObject({ start: 'resumed' });
    await waitFor(() => expect(second).toEqual(['missed']));
  });

  it('[SND2] keeps what was published before there was a token, where user is empty', async () => {
    const server = await startServer();
    const storage = memoryStorage();
    let come: (token: string) => void = () => {};
    const token = new Promise<string>((resolve) => (come = resolve));
    const rooms = createRooms(
      { chat },
      { url: 'ws://127.0.0.1:9', token: () => token, user: '', outbox: { storage } },
    );
    onTestFinished(() => rooms.close());
    rooms.chat
      .join('r', { onGap: 'reload' })
      .send({ text: 'early' })
      .catch(() => {});
    come(await server.token('ada'));
    await waitFor(async () => expect(await storage.list('')).toHaveLength(1));
  });

  it('[TRN6] follows 100 rooms and comes back to all of them', async () => {
    const server = await startServer();
    const way = await roadTo(server);
    const rooms = await client(way.url, await server.token('ada'));
    const handles = Array.from({ length: 100 }, (_, n) =>
      rooms.chat.join(`r${n}`, { onGap: 'reload' }),
    );
    const starts: string[] = [];
    for (const room of handles) {
      room.onFrame((frame) => frame.type === 'ready' && starts.push(frame.start));
    }
    await Promise.all(handles.map(({ ready }) => ready));
    way.cut();
    await waitFor(() => expect(starts).toHaveLength(200));
    expect(new Set(starts.slice(100))).toEqual(new Set(['resumed']));
    const acks = await Promise.all(handles.map((room, n) => room.send({ text: `${n}` })));
    expect(acks).toHaveLength(100);
  });
});
