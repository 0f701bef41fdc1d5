import { describe, expect, it } from 'vitest';
import { pendingItems } from '../../client/life/message-items.ts';
import type { OutboxEntry } from '../../client/outbox/room-outbox.ts';
import { RoomError, type Message } from '../../shared/index.ts';

const entry = (more: object = {}) =>
  ({
    key: 'k',
    type: 'message',
    data: { text: 'a' },
    at: new Date(1),
    state: 'queued',
    ...more,
  }) as OutboxEntry;
const nothing = { types: new Set(['message']), messages: [], before: [], userId: 'ada' };

it('an item on its way is the same object until any part of it changes', () => {
  const data = { text: 'a' };
  const at = new Date(1);
  const first = entry({ data, at });
  const before = pendingItems([first], nothing);
  const next = (more: object) =>
    pendingItems([entry({ data, at: new Date(1), ...more })], { ...nothing, before })[0];
  expect(next({})).toBe(before[0]);
  const error = new RoomError('FORBIDDEN');
  const changes = [
    { data: { text: 'b' } },
    { at: new Date(2) },
    { replyTo: 'E:1' },
    { state: 'rejected', error },
  ];
  for (const change of changes) expect(next(change)).not.toBe(before[0]);
  expect(next({ data: { text: 'b' } })).toMatchObject({ data: { text: 'b' } });
});

describe('[SND3] a stored message', () => {
  const storedBy = (id: string) => ({ idempotencyKey: 'k', by: { id, name: id } }) as Message;
  const isHidden = (author: string, userId: string | undefined) =>
    pendingItems([entry()], { ...nothing, messages: [storedBy(author)], userId }).length === 0;

  it('stands for one’s own item with its key, and for nobody else’s', () => {
    expect([isHidden('ada', 'ada'), isHidden('bob', 'ada')]).toEqual([true, false]);
  });

  it('stands for the item with its key where nobody says who one is', () => {
    expect([isHidden('ada', undefined), isHidden('ada', '')]).toEqual([true, true]);
  });
});
