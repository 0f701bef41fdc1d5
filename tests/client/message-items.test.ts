import { expect, it } from 'vitest';
import { pendingItems } from '../../client/life/message-items.ts';
import type { OutboxEntry } from '../../client/outbox/room-outbox.ts';
import { RoomError } from '../../shared/index.ts';

const entry = (more: object = {}) =>
  ({
    key: 'k',
    type: 'message',
    data: { text: 'a' },
    at: new Date(1),
    state: 'queued',
    ...more,
  }) as OutboxEntry;
const types = new Set(['message']);

it('an item on its way is the same object until any part of it changes', () => {
  const data = { text: 'a' };
  const at = new Date(1);
  const first = entry({ data, at });
  const before = pendingItems([first], { types, messages: [], before: [] });
  const next = (more: object) =>
    pendingItems([entry({ data, at: new Date(1), ...more })], { types, messages: [], before })[0];
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
