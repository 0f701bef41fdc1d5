import { expect, it } from 'vitest';
import { formatEntry, parseEntry } from '../../../client/outbox/stored-entry.ts';
import { queuedEntry } from '../../kit/outbox-entries.ts';

it('[SND2] keeps when an entry was sent first, however late it was retried', () => {
  const retried = queuedEntry('a', { at: 23, sentAt: 1 });
  expect(parseEntry(formatEntry(retried))).toMatchObject({ at: 23, sentAt: 1 });
});

it('[SND2] keeps that an entry was never sent', () => {
  const read = parseEntry(formatEntry(queuedEntry('a', { at: 23 })));
  expect(read).toMatchObject({ at: 23, sentAt: undefined });
});

it('[SND2] takes one of an earlier version, which kept no such thing, for sent when it was made', () => {
  const { sentAt, place, ...kept } = JSON.parse(formatEntry(queuedEntry('a', { at: 23 })));
  expect([sentAt, place]).toEqual([null, 23]);
  expect(parseEntry(JSON.stringify(kept))).toMatchObject({ sentAt: 23, place: 23 });
});
