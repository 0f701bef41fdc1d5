import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packEntries,
  packWritten,
  unpackEntries,
  unpackWritten,
} from '../../../server/log/sqlite/packing.ts';

const entry = fc.record({
  room: fc.record({ kind: fc.string(), id: fc.string() }),
  type: fc.string(),
  data: fc.string({ unit: 'binary' }),
  by: fc.record({ id: fc.string(), name: fc.string({ unit: 'binary' }) }),
  at: fc.maxSafeInteger(),
  idempotencyKey: fc.option(fc.string(), { nil: undefined }),
});
const written = fc.oneof(
  fc.constant('conflict' as const),
  fc.record({ offset: fc.maxSafeInteger(), at: fc.maxSafeInteger(), duplicate: fc.boolean() }),
);

describe('packing', () => {
  it('gives back the entries that were packed', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(unpackEntries(packEntries(entries))).toEqual(entries);
      }),
    );
  });

  it('gives back the answers that were packed', () => {
    fc.assert(
      fc.property(fc.array(written), (answers) => {
        expect(unpackWritten(packWritten(answers))).toEqual(answers);
      }),
    );
  });
});
