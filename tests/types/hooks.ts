// What the hooks' types must say, from the contract alone, and what must not compile.
import { z } from 'zod';
import {
  RoomsProvider,
  useConnection,
  useLatest,
  useMembers,
  useMessages,
  useNotifications,
  useRoom,
  useTyping,
  useUnread,
} from '../../client/react/index.ts';
import { createRooms, type RoomHandle } from '../../client/index.ts';
import { chat, defineMe, durable, type RevokedReason } from '../../shared/index.ts';
import type { connect } from './client.ts';
import type { board } from './kinds.ts';
import { holds, type Same } from './same.ts';

declare const rooms: ReturnType<typeof connect>;

export function Uses(): void {
  const byKind = useRoom(chat, 'r', { onGap: 'reload' });
  const byRooms = useRoom(rooms.board, 'r', { onGap: (gap) => void gap.reason });
  holds<Same<NonNullable<typeof byKind.room>, RoomHandle<typeof chat>>>();
  holds<Same<NonNullable<typeof byRooms.room>, RoomHandle<typeof board>>>();

  const { state } = byKind;
  if (state.state === 'failed') holds<Same<typeof state.reason, RevokedReason | undefined>>();

  const { items, loadOlder } = useMessages(byKind.room);
  for (const item of items) {
    if (item.state === 'stored') holds<Same<typeof item.data, { text: string } | undefined>>();
    else holds<Same<typeof item.data, { text: string }>>();
  }
  holds<Same<ReturnType<typeof loadOlder>, Promise<void>>>();
  const { users } = useMembers(byKind.room);
  holds<Same<(typeof users)[number]['state'], { status: 'here' | 'away' } | undefined>>();
  useTyping(byKind.room).users.map(({ name }) => name);
  const { count, markRead } = useUnread(byKind.room);
  holds<Same<typeof count, number>>();
  markRead();
  for (const { data } of useLatest(byRooms.room, 'cursor').values()) {
    holds<Same<typeof data, { x: number; y: number }>>();
  }
  const { events, unread } = useNotifications();
  for (const event of events) {
    if (event.type === 'whisper') holds<Same<typeof event.data.text, string>>();
  }
  holds<Same<typeof unread, number>>();
  const connection = useConnection();
  if (connection.state === 'waiting') holds<Same<typeof connection.retryAt, number>>();

  // @ts-expect-error -- what to do about a gap must be said
  useRoom(chat, 'r', {});
  // @ts-expect-error -- no such event
  useLatest(byRooms.room, 'nope');
  // @ts-expect-error -- a durable event has no latest value
  useLatest(byRooms.room, 'note');
}

// Private streams with events of a team's own, under the same provider.
const contract = {
  chat,
  me: defineMe({ events: { matched: durable(z.object({ room: z.string() })) } }),
};
const on = { url: 'ws://127.0.0.1/trpc', token: '' };

export const provided = [
  RoomsProvider({ client: createRooms(contract, on) }),
  RoomsProvider({ client: createRooms({ me: contract.me }, on) }),
  RoomsProvider({ client: createRooms({ chat, me: defineMe() }, on) }),
  RoomsProvider({ client: createRooms({ chat }, on) }),
  // @ts-expect-error -- a contract is no client
  RoomsProvider({ client: contract }),
];

export function UsesOwn(): void {
  const { events } = useNotifications<typeof contract.me>();
  for (const event of events) {
    if (event.type === 'matched') holds<Same<typeof event.data, { room: string }>>();
    if (event.type === 'whisper') holds<Same<typeof event.data.text, string>>();
    // @ts-expect-error -- no such event
    if (event.type === 'nope') break;
  }
}
