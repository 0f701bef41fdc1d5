// What the client's types must say, and what must not compile.
import { WebSocket as WsSocket } from 'ws';
import {
  createRooms,
  httpFallback,
  type RoomHandle,
  type WebSocketClass,
} from '../../client/index.ts';
import { chat, type Ack, type RevokedReason, type RoomEvent } from '../../shared/index.ts';
import { board, news } from './kinds.ts';
import { holds, type Same } from './same.ts';

declare const rooms: ReturnType<typeof connect>;

export function connect() {
  return createRooms({ chat, board, news }, { url: 'ws://localhost/trpc', token: 'token' });
}

// Whatever opens a WebSocket does, without a cast.
class OwnSocket extends WsSocket {}
export const sockets: readonly WebSocketClass[] = [
  globalThis.WebSocket,
  WsSocket,
  OwnSocket,
  class extends globalThis.WebSocket {},
  httpFallback(),
  httpFallback({ WebSocket: WsSocket }),
];

export function connectOver(WebSocket: typeof WsSocket | typeof globalThis.WebSocket) {
  return createRooms({ chat }, { url: 'ws://localhost/trpc', token: 'token', WebSocket });
}

export async function uses(): Promise<void> {
  const room = rooms.board.join('r', { onGap: 'reload' });
  holds<Same<typeof room, RoomHandle<typeof board>>>();

  const undo = room.on('note', (event) => {
    holds<Same<typeof event, RoomEvent<'note', { text: string; size: number }>>>();
  });
  undo();
  room.onFrame((frame) => frame.type === 'gap' && frame.reason);

  const ack = await room.publish('level', 3, { idempotencyKey: 'k' });
  holds<Same<typeof ack, Ack>>();
  await room.write({ text: 'hi' });
  await room.point({ x: 1, y: 2 }, { idempotencyKey: 'k' });

  for (const entry of room.outbox.getSnapshot()) {
    holds<Same<typeof entry.type, 'note'>>();
    holds<Same<typeof entry.data.text, string>>();
    if (entry.state === 'rejected') await room.outbox.retry(entry.key);
  }
  const undoOutbox = room.outbox.subscribe(() => {});
  undoOutbox();
  holds<Same<ReturnType<typeof room.outbox.discard>, boolean>>();
  const { current } = room;
  if (current.state === 'failed') {
    holds<Same<typeof current.reason, RevokedReason | undefined>>();
    // @ts-expect-error -- nobody is shut out for that
    void (current.reason === 'tired');
  }
  // @ts-expect-error -- only what has failed has one
  else void current.reason;
  const connection = rooms.connection.getSnapshot();
  if (connection.state === 'waiting') holds<Same<typeof connection.retryAt, number>>();

  const page = await room.history({ limit: 5 });
  holds<Same<(typeof page.events)[number]['type'], 'note' | 'renamed'>>();
  const { users, count } = await room.members();
  holds<Same<typeof count, number>>();
  users.map(({ name, state }) => [name, state?.status]);
  const people = room.people.getSnapshot();
  holds<Same<typeof people.count, number>>();
  holds<Same<(typeof people.users)[number]['state'], { status: 'here' | 'away' } | undefined>>();
  await room.setPresence({ status: 'away' });
  for (const [key, { data }] of room.latest('cursor').getSnapshot()) {
    holds<Same<typeof key, string>>();
    holds<Same<typeof data, { x: number; y: number }>>();
  }
  const talk = rooms.chat.join('r', { onGap: 'reload' });
  await talk.typing();
  await talk.typing({ typing: false });
  await talk.say('typing', false);
  holds<Same<ReturnType<typeof talk.typing>, Promise<void>>>();
  talk.typingUsers.getSnapshot().users.map(({ name }) => name);

  const made = await rooms.chat.create({ title: 'x', private: true });
  holds<Same<typeof made.role, 'owner' | 'moderator' | 'member'>>();
  const { rooms: mine } = await rooms.chat.mine();
  mine.map(({ title, with: other }) => title ?? other?.name);
  const whispered = await rooms.chat
    .join('r', { onGap: 'reload' })
    .whisper({ to: 'bob', text: 'x' });
  holds<Same<typeof whispered, Ack>>();

  const own = rooms.me.join({ onGap: 'reload' });
  own.on('whisper', (event) => holds<Same<typeof event.data.text, string>>());
  own.on('removed', ({ data }) => holds<Same<typeof data.room, { kind: string; id: string }>>());
  const notices = rooms.me.notifications.getSnapshot();
  holds<Same<typeof notices.unread, number>>();

  await rooms.trpc.chat.send.mutate({ room: 'r', text: 'hi' });
  await rooms.trpc.me.history.query();
  await rooms.trpc.chat.invite.mutate({ room: 'r', user: 'bob' });
  await rooms.trpc.board.publish.mutate({ room: 'r', type: 'wave', data: { emoji: '👋' } });
}

export const refused = [
  // @ts-expect-error a function that is not called with `new` opens no WebSocket
  () => httpFallback({ WebSocket: (url: string) => new WsSocket(url) }),
  // @ts-expect-error nothing could be sent over it
  () => httpFallback({ WebSocket: EventTarget }),
  // @ts-expect-error [CON4] a gap must be answered for
  () => rooms.board.join('r'),
  // @ts-expect-error [CON4] a gap must be answered for, whatever else is said
  () => rooms.board.join('r', { since: 'E:5' }),
  // @ts-expect-error neither a word that is known nor a function
  () => rooms.board.join('r', { onGap: 'ignore' }),
  // @ts-expect-error no such kind
  () => rooms.nope.join('r', { onGap: 'reload' }),
  // @ts-expect-error [CON4] a gap must be answered for in one's own stream too
  () => rooms.me.join(),
  // @ts-expect-error rooms of this kind have no members
  () => rooms.board.create({ private: true }),
  // @ts-expect-error nobody whispers in this kind
  () => rooms.board.join('r', { onGap: 'reload' }).whisper({ to: 'bob', text: 'x' }),
  // @ts-expect-error nobody says for somebody else who he is
  () => rooms.chat.create({ private: true, owner: 'eve' }),
  // @ts-expect-error nobody is made an owner by an invitation
  () => rooms.chat.invite({ room: 'r', user: 'bob', role: 'owner' }),
  // @ts-expect-error one's own stream has no members, and nobody publishes there
  () => rooms.me.join({ onGap: 'reload' }).publish('whisper', {}),
  // @ts-expect-error a room is named by text
  () => rooms.board.join(5, { onGap: 'reload' }),
];

export const refusedOf = (room: RoomHandle<typeof board>, silent: RoomHandle<typeof news>) => [
  // @ts-expect-error no such event
  () => room.on('nope', () => {}),
  // @ts-expect-error a note has no title
  () => room.on('note', (event) => event.data.title),
  // @ts-expect-error only the server publishes this one
  () => room.publish('renamed', { title: 'x' }),
  // @ts-expect-error another event's data
  () => room.publish('note', { x: 1, y: 2 }),
  // @ts-expect-error an unknown key
  () => room.publish('wave', { emoji: '👋', by: 'eve' }),
  // @ts-expect-error the room is the handle's own
  () => room.write({ text: 'hi', room: 'other' }),
  // @ts-expect-error a number where text is due
  () => room.write({ text: 5 }),
  // @ts-expect-error latest values do not wait
  () => room.outbox.getSnapshot().filter(({ type }) => type === 'level'),
  // @ts-expect-error only the server publishes this one
  () => room.outbox.getSnapshot().filter(({ type }) => type === 'renamed'),
  // @ts-expect-error another state
  () => room.setPresence({ status: 'gone' }),
  // @ts-expect-error members have no state here
  () => silent.setPresence({}),
  // @ts-expect-error a note is no latest value
  () => room.latest('note'),
  // @ts-expect-error a cursor is no activity
  () => room.say('cursor'),
  // @ts-expect-error no such shorthand
  () => room.send({ text: 'hi' }),
  // @ts-expect-error the room is the handle's own
  () => room.history({ room: 'other' }),
  // @ts-expect-error clients publish nothing here
  () => silent.publish('posted', { headline: 'x' }),
  // @ts-expect-error wrong data
  () => rooms.trpc.chat.send.mutate({ room: 'r', text: 5 }),
  // @ts-expect-error no such procedure
  () => rooms.trpc.news.send.mutate({ room: 'r', text: 'hi' }),
];
