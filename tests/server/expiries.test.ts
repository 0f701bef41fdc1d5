import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Expiries } from '../../server/expiries.ts';
import { manualClock } from '../kit/manual-clock.ts';

function stage() {
  const clock = manualClock(0);
  const due: [item: string, at: number][] = [];
  const expiries = new Expiries<string>(clock, (item) => due.push([item, clock.now()]));
  return { clock, due, expiries };
}

describe('Expiries', () => {
  it('[AUT2] calls for each item once, at its own time, whatever the order of setting', () => {
    const times = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, (all) => {
        const { clock, due, expiries } = stage();
        for (const [no, at] of all.entries()) expiries.set(String(no), at);
        clock.advance(100);
        const byName = due.toSorted(([a], [b]) => Number(a) - Number(b));
        expect(byName).toEqual(all.map((at, no) => [String(no), at]));
      }),
    );
  });

  it('forgets an item that is cleared, and takes one that is set again at its new time', () => {
    const { clock, due, expiries } = stage();
    expiries.set('a', 10);
    expiries.set('b', 10);
    expiries.set('c', 5);
    expiries.clear('a');
    expiries.set('c', 20);
    clock.advance(100);
    expect(due).toEqual([
      ['b', 10],
      ['c', 20],
    ]);
  });

  it('calls for what is already past', () => {
    const { clock, due, expiries } = stage();
    clock.advance(50);
    expiries.set('a', 10);
    clock.advance(0);
    expect(due).toEqual([['a', 50]]);
  });
});
