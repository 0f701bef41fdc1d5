import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ranges } from '../../check/judge/ranges.ts';

describe('Ranges', () => {
  it('holds what a set holds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), (numbers) => {
        const ranges = new Ranges();
        for (const n of numbers) ranges.add(n);
        const held = Array.from({ length: 42 }, (_, n) => n).filter((n) => ranges.has(n));
        expect(held).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      }),
    );
  });

  it('takes one entry for what has no holes, in whatever order it came', () => {
    const ranges = new Ranges();
    for (const n of [3, 1, 2, 5, 4]) ranges.add(n);
    expect(ranges.size).toBe(1);
  });
});
