import { expect, it } from 'vitest';
import { formatEntry, parseEntry } from '../../../client/outbox/stored-entry.ts';
import { queuedEntry } from '../../kit/outbox-entries.ts';

it('[SND2] keeps when an entry was sent first, however late it was retried', () => {
  const retried = queuedEntry('a', { at: 23, sentAt: 1 });
  expect(parseEntry(formatEntry(retried))).toMatchObject({ at: 23, sentAt: 1 });
});

it('[SND2] takes one of which that is not known for sent when it was made', () => {
  expect(parseEntry(formatEntry(queuedEntry('a', { at: 23 })))).toMatchObject({ sentAt: 23 });
});
