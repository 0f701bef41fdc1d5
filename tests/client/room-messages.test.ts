import { describe, expect, it, vi } from 'vitest';
import { roomLife } from '../../client/life/room-life.ts';
import type { RoomCalls } from '../../client/room-calls.ts';
import { joinRoom } from '../../client/room-handle.ts';
import type { Room } from '../../client/room.ts';
import { chat, RoomError } from '../../shared/index.ts';
import { outboxStage } from '../kit/outbox-stage.ts';
import { settle } from '../kit/settle.ts';

type Chat = typeof chat;

/** The messages of a room as Ada sees them: one is stored, and one of hers is on its way, both with the
 *  same key. */
async function shownWith(author: string) {
  const by = { id: author, name: author };
  const place = { id: 'E:1', position: 'E:1', idempotencyKey: 'k' };
  const stored = { ...place, type: 'message', by, at: new Date(0), data: { text: 'stored' } };
  const entry = { key: 'k', type: 'message', data: { text: 'own' }, at: new Date(1) };
  const entries = [{ ...entry, state: 'queued' }];
  const room = {
    current: { state: 'joined', position: 'E:1' },
    onFrame: () => () => {},
    subscribe: () => () => {},
    history: async () => ({ events: [stored], changes: [], hasMore: false }),
    outbox: { getSnapshot: () => entries, subscribe: () => () => {} },
  } as unknown as Room<Chat>;
  const { messages } = roomLife(chat, {} as RoomCalls<Chat>, room, { userId: () => 'ada' });
  messages.subscribe(() => {});
  await settle();
  return messages.getSnapshot().items.map(({ data }) => data?.text);
}

it('[SND3] a message of somebody else with the same key hides none of one’s own', async () => {
  expect(await shownWith('bob')).toEqual(['stored', 'own']);
  expect(await shownWith('ada')).toEqual(['stored']);
});

it('messages are loading from before they are asked for until they are there', async () => {
  let answer: (page: object) => void = () => {};
  const room = {
    current: { state: 'joined', position: 'E:1' },
    onFrame: () => () => {},
    subscribe: () => () => {},
    history: () => new Promise((resolve) => (answer = resolve)),
    outbox: { getSnapshot: () => [], subscribe: () => () => {} },
  } as unknown as Room<Chat>;
  const { messages } = roomLife(chat, {} as RoomCalls<Chat>, room, {});
  const seen = [messages.getSnapshot().isLoading];
  messages.subscribe(() => seen.push(messages.getSnapshot().isLoading));
  await settle();
  answer({ events: [], changes: [], hasMore: false });
  await settle();
  // At no time did it look as if it were loaded and empty.
  expect([seen.indexOf(false), seen.at(-1)]).toEqual([seen.length - 1, false]);
});

it('messages that begin anew while older ones are loaded read on over a page that shows none', async () => {
  const by = { id: 'bob', name: 'Bob' };
  const event = (offset: number, type: string, data: object) => {
    const position = `E:${offset}`;
    return { id: position, position, type, by, at: new Date(0), data };
  };
  const said = (offset: number) => event(offset, 'message', { text: `${offset}` });
  const answers: ((page: object) => void)[] = [];
  const asked: unknown[] = [];
  let tell = (_frame: object) => {};
  const room = {
    current: { state: 'joined', position: 'E:9' },
    onFrame: (listener: typeof tell) => (tell = listener),
    subscribe: () => () => {},
    history: (input: { before?: string }) => {
      asked.push(input.before);
      return new Promise((resolve) => answers.push(resolve));
    },
    outbox: { getSnapshot: () => [], subscribe: () => () => {} },
  } as unknown as Room<Chat>;
  const answer = async (events: object[]) => {
    answers.shift()?.({ events, changes: [], hasMore: true });
    await settle();
  };
  const { messages } = roomLife(chat, {} as RoomCalls<Chat>, room, { userId: () => 'ada' });
  messages.subscribe(() => {});
  await answer([said(9)]);
  const older = messages.loadOlder();
  tell({ type: 'gap', reason: 'too-many', from: 'E:9', to: 'E:40' });
  const edit = { target: 'E:5', of: 'message', data: { text: 'x' } };
  const newest = answers.pop();
  newest?.({ events: [event(40, 'edited', edit)], changes: [], hasMore: true });
  await settle();
  await answer([said(8)]);
  await older;
  await answer([said(39)]);
  expect(asked).toEqual([undefined, 'E:9', undefined, 'E:40']);
  expect(messages.getSnapshot().items.map(({ data }) => data?.text)).toEqual(['39']);
});

/** The messages of a room that hears the outbox of a client. `hearers`: how many hear that. */
function leavable() {
  const { outbox, answers } = outboxStage();
  const hear = outbox.subscribe.bind(outbox);
  let hearers = 0;
  vi.spyOn(outbox, 'subscribe').mockImplementation((listener) => {
    const forget = hear(listener);
    hearers += 1;
    return () => {
      forget();
      hearers -= 1;
    };
  });
  const calls = { events: { subscribe: () => ({ unsubscribe: () => {} }) } };
  const how = { onGap: 'reload', outbox, userId: () => 'ada' } as const;
  const room = joinRoom(chat, calls as unknown as RoomCalls<Chat>, 'r', how);
  const shown = () => room.messages.getSnapshot().items.map(({ state }) => state);
  return { room, answers, shown, hearers: () => hearers };
}

describe('the messages of a room that is left', () => {
  it('are held by no outbox, whether they are still listened to or not', () => {
    for (const isForgotten of [true, false]) {
      const { room, hearers } = leavable();
      const forget = room.messages.subscribe(() => {});
      expect(hearers()).toBe(1);
      if (isForgotten) forget();
      room.leave();
      expect(hearers()).toBe(0);
    }
  });

  it('show whoever listens what becomes of those on their way', async () => {
    const { room, answers, shown, hearers } = leavable();
    const seen: unknown[] = [];
    room.messages.subscribe(() => seen.push(shown()));
    const sent = room.send({ text: 'one' });
    room.leave();
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await expect(sent).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { key = '' } = room.outbox.getSnapshot()[0] ?? {};
    expect([seen.at(-1), hearers()]).toEqual([['failed'], 1]);
    room.outbox.discard(key);
    expect([seen.at(-1), hearers()]).toEqual([[], 0]);
  });

  it('are up to date for whoever looks without listening', async () => {
    const { room, answers, shown, hearers } = leavable();
    const forget = room.messages.subscribe(() => {});
    const sent = room.send({ text: 'one' });
    room.leave();
    forget();
    expect([shown(), hearers()]).toEqual([['sending'], 0]);
    answers[0]?.reject(new RoomError('FORBIDDEN'));
    await expect(sent).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(shown()).toEqual(['failed']);
    expect(room.messages.getSnapshot()).toBe(room.messages.getSnapshot());
  });
});
