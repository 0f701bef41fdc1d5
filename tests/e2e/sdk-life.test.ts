import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createRooms, type MessagesSnapshot, type RoomHandle } from '../../client/index.ts';
import { createRandom } from '../../check/random.ts';
import {
  chat,
  defineRoom,
  durable,
  emptyFold,
  foldEvents,
  messagesOf,
  messageTypes,
  type RoomEvent,
} from '../../shared/index.ts';
import { chatServer, watch } from '../kit/chat-server.ts';
import { startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { waitFor } from '../kit/wait-for.ts';

type Chat = RoomHandle<typeof chat>;

const textsOf = ({ items }: MessagesSnapshot<typeof chat>) =>
  items.map(({ data }) => (data === undefined ? null : data.text));

/** What the whole log of a room comes to. */
async function foldOfLog(room: Pick<Chat, 'history'>) {
  const events: RoomEvent[] = [];
  let before: string | undefined;
  for (;;) {
    const page = await room.history({ limit: 200, ...(before !== undefined && { before }) });
    events.push(...page.events);
    if (!page.hasMore) break;
    before = page.events[0]?.position;
  }
  return messagesOf(foldEvents(emptyFold(0), events, messageTypes(chat))).messages;
}

/** The stored messages of a room's store, as the fold has them. */
const stored = (room: Chat) =>
  room.messages.getSnapshot().items.flatMap((item) => {
    if (item.state !== 'stored') return [];
    const { state, ...message } = item;
    return state ? [message] : [];
  });

describe('room.messages', () => {
  it('is folded to date, for whoever was there and for whoever comes later', async () => {
    const { join } = await chatServer();
    const [ada, bob] = [await join('ada'), await join('bob')];
    watch(ada.messages);
    const first = await ada.send({ text: 'helo' });
    const second = await bob.reply(first.position, 'message', { text: 'hi' });
    const edited = await ada.edit(first.position, { text: 'hello' });
    await bob.react(first.position, '👋');
    await bob.remove(second.position);
    const late = await join('cy');
    watch(late.messages);
    for (const room of [ada, late]) {
      await waitFor(() => expect(room.messages.getSnapshot().items).toHaveLength(2));
      await waitFor(() =>
        expect(room.messages.getSnapshot().items).toMatchObject([
          {
            state: 'stored',
            type: 'message',
            data: { text: 'hello' },
            version: edited.position,
            replies: 0,
            reactions: [{ name: '👋', count: 1 }],
          },
          { state: 'stored', isRemoved: true, replyTo: first.position },
        ]),
      );
    }
    expect(await foldOfLog(late)).toEqual(stored(late));
    await expect(bob.edit(first.position, { text: 'x' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(
      ada.edit(first.position, { text: 'x' }, { ifVersion: first.position }),
    ).rejects.toMatchObject({ code: 'STALE_VERSION' });
  });

  it('begins with the newest 50 events and pages back, changes of old messages included', async () => {
    const { join } = await chatServer();
    const ada = await join('ada');
    const acks = await Promise.all(
      Array.from({ length: 60 }, (_, index) => ada.send({ text: `${index}` })),
    );
    await ada.edit(acks[3]?.position ?? '', { text: 'changed' });
    await ada.remove(acks[4]?.position ?? '');
    const late = await join('bob');
    watch(late.messages);
    await waitFor(() => expect(late.messages.getSnapshot().isLoading).toBe(false));
    const first = late.messages.getSnapshot();
    expect(first.hasOlder).toBe(true);
    expect(textsOf(first)).toEqual(Array.from({ length: 48 }, (_, index) => `${index + 12}`));
    await Promise.all([late.messages.loadOlder(), late.messages.loadOlder()]);
    const all = late.messages.getSnapshot();
    expect(all.hasOlder).toBe(false);
    expect(textsOf(all).slice(0, 6)).toEqual(['0', '1', '2', 'changed', null, '5']);
    expect(all.items).toHaveLength(60);
    expect(all.items[20]).toBe(first.items[8]);
    await late.messages.loadOlder();
    expect(late.messages.getSnapshot()).toBe(all);
  });

  it('shows what is on its way, each message once', async () => {
    const started = await chatServer();
    const road = await roadTo(started);
    const room = await started.join('ada', road.url);
    const snapshots = watch(room.messages);
    await room.ready;
    road.close();
    await waitFor(() => expect(room.current.state).toBe('joined'));
    const acked = room.send({ text: 'a' });
    void room.send({ text: 'b' });
    await waitFor(() =>
      expect(room.messages.getSnapshot().items).toMatchObject([
        { state: expect.stringMatching(/queued|sending/), data: { text: 'a' } },
        { state: 'queued', data: { text: 'b' } },
      ]),
    );
    road.open();
    await acked;
    await waitFor(() =>
      expect(room.messages.getSnapshot().items).toMatchObject([
        { state: 'stored', data: { text: 'a' } },
        { state: 'stored', data: { text: 'b' } },
      ]),
    );
    for (const snapshot of snapshots) {
      const texts = textsOf(snapshot);
      expect(new Set(texts).size).toBe(texts.length);
    }
    await expect(room.send({ text: '' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await waitFor(() =>
      expect(room.messages.getSnapshot().items.at(-1)).toMatchObject({
        state: 'failed',
        error: { code: 'BAD_INPUT' },
      }),
    );
  });

  it('is what the log comes to after any number of drops', async () => {
    const started = await chatServer();
    const road = await roadTo(started);
    const random = createRandom('sdk life');
    const writers = [await started.join('ada'), await started.join('bob')];
    const readers = [await started.join('cy', road.url), await started.join('di', road.url)];
    readers.forEach((room) => watch(room.messages));
    const own: string[][] = [[], []];
    for (let round = 0; round < 12; round += 1) {
      if (random.isLikely(0.4)) road.cut();
      const who = random.between(0, 1);
      const writer = writers[who];
      const mine = own[who] ?? [];
      const target = mine.length > 0 ? random.pick(mine) : undefined;
      const what = random.between(0, 5);
      const ignore = () => {};
      if (!writer) continue;
      if (!target || what < 2) mine.push((await writer.send({ text: `${round}` })).position);
      else if (what === 2) await writer.edit(target, { text: `${round}!` }).catch(ignore);
      else if (what === 3) await writer.remove(target).catch(ignore);
      else if (what === 4) await writer.react(target, '+1', random.isLikely(0.7)).catch(ignore);
      else await writer.reply(target, 'message', { text: `re ${round}` }).catch(ignore);
    }
    const expected = await foldOfLog(writers[0] ?? readers[0] ?? (undefined as never));
    for (const room of readers) {
      await waitFor(() => expect(stored(room)).toEqual(expected), 15_000);
    }
  });

  it('is not loading any more when the room is left, nor for whoever listens after that', async () => {
    const { join } = await chatServer();
    const [early, late] = [await join('ada'), await join('bob')];
    watch(early.messages);
    expect(early.messages.getSnapshot().isLoading).toBe(true);
    for (const room of [early, late]) room.leave();
    watch(late.messages);
    const loads = [early, late].map((room) => room.messages.getSnapshot().isLoading);
    expect(loads).toEqual([false, false]);
  });

  it('loads anew after a gap', async () => {
    const text = z.object({ text: z.string() });
    const short = defineRoom('short', {
      events: { said: durable(text, { publish: 'client', editable: true }) },
      history: { maxEvents: 5 },
      shorthands: { speak: 'said' },
    });
    const started = await startServer({ rooms: { short } });
    const road = await roadTo(started);
    const make = async (id: string, url: string) => {
      const rooms = createRooms(
        { short },
        { url, token: await started.token(id), random: () => 0 },
      );
      onTestFinished(() => rooms.close());
      return rooms.short.join('r', { onGap: 'reload' });
    };
    const reader = await make('ada', road.url);
    const writer = await make('bob', started.socketUrl);
    watch(reader.messages);
    await writer.speak({ text: 'first' });
    await waitFor(() => expect(reader.messages.getSnapshot().items).toHaveLength(1));
    road.close();
    for (let index = 0; index < 20; index += 1) await writer.speak({ text: `${index}` });
    road.open();
    await waitFor(() => {
      const { items } = reader.messages.getSnapshot();
      expect(items.map(({ data }) => data?.text)).toEqual(['15', '16', '17', '18', '19']);
    }, 15_000);
    expect(reader.messages.getSnapshot().hasOlder).toBe(false);
  });
});

it('a kind without living events has none of it', async () => {
  const plain = defineRoom('plain', {
    events: { said: durable(z.object({ text: z.string() }), { publish: 'client' }) },
  });
  const started = await startServer({ rooms: { plain } });
  const url = started.socketUrl;
  const rooms = createRooms({ plain }, { url, token: await started.token('ada') });
  onTestFinished(() => rooms.close());
  const room = rooms.plain.join('r', { onGap: 'reload' });
  // @ts-expect-error nothing of it can be edited
  expect(room.edit).toBeDefined();
  // @ts-expect-error there are no messages
  expect(room.messages).toBeDefined();
  // @ts-expect-error nothing is counted
  expect(room.unread).toBeDefined();
});
