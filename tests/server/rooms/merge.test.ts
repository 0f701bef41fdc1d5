import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merge, place } from '../../../server/rooms/merge.ts';

const events = (...offsets: number[]) => offsets.map((offset) => ({ offset }));

describe('place', () => {
  it('[RES2] tells repeats, the next event and jumps apart', () => {
    expect([3, 4, 5, 6].map((offset) => place(4, offset))).toEqual([
      'repeat',
      'repeat',
      'next',
      'jump',
    ]);
  });
});

describe('merge', () => {
  it('[RES2] drops what was read already and appends the rest', () => {
    expect(merge(3, events(2, 3, 4, 5))).toEqual({ next: events(4, 5), tail: 5, isWhole: true });
  });

  it('[RES2] stops at a hole and says so', () => {
    expect(merge(3, events(4, 6, 7))).toEqual({ next: events(4), tail: 4, isWhole: false });
  });

  it('is whole with nothing buffered', () => {
    expect(merge(7, [])).toEqual({ next: [], tail: 7, isWhole: true });
  });

  it('[RES2] never yields twice, never out of order, and loses nothing before a hole', () => {
    const offsets = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.nat(30), offsets, (tail, buffered) => {
        const {
          next,
          tail: end,
          isWhole,
        } = merge(
          tail,
          buffered.map((offset) => ({ offset })),
        );
        const wanted = Array.from({ length: end - tail }, (_, index) => tail + 1 + index);
        expect(next.map(({ offset }) => offset)).toEqual(wanted);
        if (isWhole) expect(Math.max(tail, ...buffered)).toBe(end);
      }),
    );
  });
});
