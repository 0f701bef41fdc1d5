import { expect, it } from 'vitest';
import { roomLife } from '../../client/life/room-life.ts';
import type { RoomCalls } from '../../client/room-calls.ts';
import type { Room } from '../../client/room.ts';
import { chat } from '../../shared/index.ts';
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
