import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms, type Rooms, type Stored } from '../../server/index.ts';
import { createLogger } from '../../server/logger.ts';
import { chat, defineRoom, durable, me } from '../../shared/index.ts';
import { z } from 'zod';
import { follow, sdkClient, startServer, stockClient } from '../kit/clients.ts';
import { canFailSyncs, failSyncs } from '../kit/failing-syncs.ts';
import { noRedis, redisServer } from '../kit/redis-server.ts';
import { tempDir } from '../kit/temp-dir.ts';

type Told = Stored<typeof chat>;
type ChatRooms = Pick<Rooms<{ chat: typeof chat }>, 'stored'>;

/** What is stored in rooms of the kind `chat`, from now on. */
function listen(rooms: ChatRooms) {
  const told: Told[] = [];
  const { unsubscribe } = rooms.stored('chat').subscribe({ next: (one) => told.push(one) });
  const texts = () => told.flatMap(({ event: { data } }) => ('text' in data ? data.text : []));
  return { told, texts, unsubscribe };
}

/** A server over SQLite, what it tells, and whoever talks to it. */
async function stage() {
  const server = await startServer({ dataDir: tempDir() });
  const as = async (id: string) => stockClient(server.socketUrl, await server.token(id)).trpc;
  return { ...listen(server.rooms), server, rooms: server.rooms, as };
}

describe('what is stored', () => {
  it('[SRV2] is told of rooms that nobody has named, before their senders have their acks', async () => {
    const { server, told } = await stage();
    const { chat: rooms } = await sdkClient(server, 'ada');
    for (const id of ['plans', 'lunch']) {
      const room = rooms.join(id, { onGap: 'reload' });
      const ack = await room.send({ text: id });
      const { events } = await room.history();
      expect(told.at(-1)).toEqual({ room: id, event: events[0] });
      expect(events).toMatchObject([{ id: ack.id, by: { id: 'ada' }, data: { text: id } }]);
      expect(events[0]?.idempotencyKey).toBeDefined();
    }
    expect(told.map(({ room }) => room)).toEqual(['plans', 'lunch']);
  });

  it('[SRV2] is told in the order of its room, each once, of many who write at once', async () => {
    const { told, as } = await stage();
    const writers = await Promise.all(Array.from({ length: 8 }, (_, n) => as(`u${n}`)));
    const sending = Array.from({ length: 25 }).flatMap((_, n) =>
      writers.map(({ chat: rooms }) => rooms.send.mutate({ room: `r${n % 5 && 1}`, text: `${n}` })),
    );
    const acks = await Promise.all(sending);
    for (const [room, count] of [
      ['r0', 40],
      ['r1', 160],
    ] as const) {
      const positions = told.flatMap((one) => (one.room === room ? one.event.position : []));
      const offsets = positions.map((position) => Number(position.split(':')[1]));
      expect(offsets).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }
    expect(told).toHaveLength(acks.length);
  });

  it('[SRV2] has in it what rooms tell of themselves, as history gives it, and nothing else', async () => {
    const { told, rooms, as } = await stage();
    const [trpc, { chat: bob }] = [await as('ada'), await as('bob')];
    const ada = trpc.chat;
    const { room } = await ada.create.mutate({ title: 'Plans', private: false });
    await follow(trpc, room);
    await bob.accept.mutate({ room });
    const { position: target } = await ada.send.mutate({ room, text: 'a' });
    await bob.send.mutate({ room, text: 'b', replyTo: target });
    await bob.react.mutate({ room, target, name: '👍', on: true });
    await ada.edit.mutate({ room, target, data: { text: 'A' } });
    await ada.typing.mutate({ room, typing: true });
    await rooms.notify('bob', 'notification', { code: 'hello', params: {} });
    const before = await rooms.history('chat', room, { limit: 200 });
    expect(told.map(({ event }) => event)).toEqual(before.events);
    await ada.remove.mutate({ room, target });
    await rooms.membership('chat').removeMember({ room, user: 'bob' });
    const types = told.map(({ event }) => event.type);
    const made = ['roomCreated', 'joined', 'welcome'];
    expect(types).toEqual([...made, 'message', 'message', 'reacted', 'edited', 'removed', 'left']);
    expect(told.at(4)?.event).toMatchObject({ replyTo: target });
    expect(told.at(-2)?.event.data).toMatchObject({ target, of: 'message', author: { id: 'ada' } });
  });

  it('[SRV2] [SND1] is no repeat, and nothing that was refused', async () => {
    const { told, texts, as } = await stage();
    const { chat: ada } = await as('ada');
    const send = (text: string) =>
      ada.send.mutate({ room: 'r', text, idempotencyKey: 'k' }).catch(() => {});
    await Promise.all([send('a'), send('a')]);
    await send('b');
    const { position: target } = await ada.send.mutate({ room: 'r', text: 'c' });
    const remove = () => ada.remove.mutate({ room: 'r', target });
    expect([(await remove()).duplicate, (await remove()).duplicate]).toEqual([false, true]);
    expect(texts()).toEqual(['a', 'c']);
    expect(told).toHaveLength(3);
  });

  it('[SRV2] is told to everybody behind an observer that throws, and harms no publish', async () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const logger = createLogger('error', { write });
    const server = await startServer({ dataDir: tempDir(), logger });
    server.rooms.stored('chat').subscribe({
      next: () => {
        throw new Error('a bug of the app');
      },
      complete: () => {
        throw new Error('and another');
      },
    });
    const { texts } = listen(server.rooms);
    const room = (await sdkClient(server, 'ada')).chat.join('r', { onGap: 'reload' });
    const shown = new Promise((resolve) => room.on('message', ({ data }) => resolve(data.text)));
    await room.ready;
    expect(await room.send({ text: 'hi' })).toMatchObject({ level: 'disk' });
    expect(await shown).toBe('hi');
    expect(texts()).toEqual(['hi']);
    await server.close();
    expect(lines.join('')).toMatch(/a bug of the app[^]*and another/);
  });

  it('[SRV2] is told until one unsubscribes, in the middle of a turn too, or the rooms close', async () => {
    const rooms = await createRooms({ rooms: { chat }, dataDir: tempDir() });
    const texts: string[] = [];
    const seen: string[] = [];
    const first = rooms.stored('chat').subscribe({
      next: ({ event: { data } }) => {
        if ('text' in data) texts.push(data.text);
        if (texts.length === 2) first.unsubscribe();
      },
      complete: () => texts.push('no end'),
    });
    const all = listen(rooms);
    rooms.stored('chat').subscribe({
      next: ({ event: { data } }) => 'text' in data && seen.push(data.text),
      complete: () => seen.push('the end'),
    });
    const send = (text: string) => rooms.publish('chat', 'r', 'message', { text });
    await Promise.all(['a', 'b', 'c'].map(send));
    all.unsubscribe();
    const last = send('d');
    await rooms.close();
    await last;
    expect(all.texts()).toEqual(['a', 'b', 'c']);
    expect(texts).toEqual(['a', 'b']);
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'the end']);
    rooms.stored('chat').subscribe({ complete: () => seen.push('at once') });
    expect(seen.at(-1)).toBe('at once');
  });

  it('[SRV2] is of the kinds of the contract alone, private streams among them where it names them', async () => {
    const note = defineRoom('note', { events: { put: durable(z.object({ at: z.date() })) } });
    const { rooms } = await startServer({ rooms: { chat, note } });
    for (const kind of ['nope', 'me', 'toString']) {
      expect(() => rooms.stored(kind as never)).toThrow(
        expect.objectContaining({ code: 'BAD_INPUT', message: `no room kind ${kind}` }),
      );
    }
    const dates: Date[] = [];
    rooms.stored('note').subscribe({ next: ({ event }) => dates.push(event.data.at) });
    await rooms.publish('note', 'r', 'put', { at: new Date(5) });
    await rooms.publish('chat', 'r', 'message', { text: 'elsewhere' });
    expect(dates).toEqual([new Date(5)]);

    const { rooms: own } = await startServer({ rooms: { chat, me } });
    const users: string[] = [];
    own.stored('me').subscribe({
      next: ({ room, event }) => users.push(`${room} ${event.type}`),
    });
    await own.notify('bob', 'notification', { code: 'hello', params: {} });
    expect(users).toEqual(['bob notification']);
  });

  it.skipIf(!canFailSyncs)(
    '[SRV2] [LOG3] has in it what was refused for its mark and is there all the same, once',
    async () => {
      const dataDir = tempDir();
      const logger = createLogger('silent');
      const rooms = await createRooms({ rooms: { chat }, dataDir, logger });
      onTestFinished(() => rooms.close());
      const { texts } = listen(rooms);
      const send = (text: string) =>
        rooms.publish('chat', 'r', 'message', { text }, { idempotencyKey: text });
      await send('a');
      const failing = await failSyncs(process.pid, join(dataDir, 'log.mark'), { first: 1 });
      await expect(send('b')).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
      expect(texts()).toEqual(['a']);
      expect(await send('b')).toMatchObject({ duplicate: true });
      await failing.heal();
      await send('c');
      expect(texts()).toEqual(['a', 'b', 'c']);
    },
  );

  it.skipIf(noRedis)('[SRV2] comes on the node that has stored it, and on no other', async () => {
    const redis = await redisServer();
    onTestFinished(() => redis.stop());
    const options = { redisUrl: redis.url, secret: 'a secret that both of the nodes share' };
    const nodes = [await startServer(options), await startServer(options)];
    const heard = nodes.map(({ rooms }) => listen(rooms));
    const joined = await Promise.all(
      nodes.map(async (node, at) => {
        const room = (await sdkClient(node, `u${at}`)).chat.join('r', { onGap: 'reload' });
        await room.ready;
        return room;
      }),
    );
    const sending = joined.flatMap((room, at) =>
      Array.from({ length: 100 }, (_, n) => room.send({ text: `${at} ${n}` })),
    );
    await Promise.all(sending);
    const [a, b] = heard;
    for (const [at, { texts }] of heard.entries())
      expect(texts()).toEqual(Array.from({ length: 100 }, (_, n) => `${at} ${n}`));
    const offsets = [...(a?.told ?? []), ...(b?.told ?? [])].map(({ event }) => event.position);
    expect(new Set(offsets).size).toBe(200);
  });
});
