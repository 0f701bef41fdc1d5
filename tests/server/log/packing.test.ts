import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../server/log/room-log.ts';
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
const about = fc.record({
  about: fc.nat(),
  guard: fc.record({ types: fc.array(fc.string()), version: fc.nat() }),
  erases: fc.array(fc.string()),
});
const merged = ([one, more]: [object, object]) => ({ ...one, ...more }) as Entry;
const written = fc.oneof(
  fc.constantFrom('conflict' as const, 'stale' as const, 'damaged' as const),
  fc.record({ offset: fc.maxSafeInteger(), at: fc.maxSafeInteger(), duplicate: fc.boolean() }),
);

describe('packing', () => {
  it('gives back the entries that were packed', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, fc.tuple(entry, about).map(merged))), (entries) => {
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
