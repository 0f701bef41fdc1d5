import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBucket } from '../../server/rate.ts';

/** A bucket and the hands of its clock. */
function start(capacity: number, refillPerSecond: number, at = 1_800_000_000_000) {
  const clock = { at };
  const bucket = createBucket({ capacity, refillPerSecond, now: () => clock.at });
  const takeAll = () => {
    let taken = 0;
    while (bucket.take()) taken += 1;
    return taken;
  };
  return { bucket, clock, takeAll };
}

describe('a bucket', () => {
  it('starts full and refills at its rate, never beyond its capacity', () => {
    const { clock, takeAll } = start(5, 2);
    expect(takeAll()).toBe(5);
    expect(takeAll()).toBe(0);
    clock.at += 1_000;
    expect(takeAll()).toBe(2);
    clock.at += 3_600_000;
    expect(takeAll()).toBe(5);
  });

  it('keeps parts of tokens', () => {
    const { bucket, clock, takeAll } = start(5, 1);
    takeAll();
    for (const expected of [false, false, true, false]) {
      clock.at += 350;
      expect(bucket.take()).toBe(expected);
    }
  });

  it('takes many at once or none of them', () => {
    const { bucket } = start(5, 1);
    expect(bucket.take(3)).toBe(true);
    expect(bucket.take(3)).toBe(false);
    expect(bucket.take(2)).toBe(true);
    expect(bucket.take(0)).toBe(true);
  });

  it('takes back what was not used, never beyond its capacity', () => {
    const { bucket, takeAll } = start(5, 1);
    bucket.take(2);
    bucket.giveBack();
    expect(takeAll()).toBe(4);
    bucket.giveBack(9);
    expect(takeAll()).toBe(5);
  });

  it('says how long to wait', () => {
    const { bucket, clock } = start(5, 2);
    expect(bucket.waitMs()).toBe(0);
    bucket.take(5);
    expect(bucket.waitMs()).toBe(500);
    expect(bucket.waitMs(5)).toBe(2_500);
    expect(bucket.waitMs(6)).toBe(Number.POSITIVE_INFINITY);
    clock.at += 499;
    expect(bucket.waitMs()).toBe(1);
  });

  it('that never refills gives what it has', () => {
    const { bucket, clock, takeAll } = start(2, 0);
    expect(takeAll()).toBe(2);
    clock.at += 1e9;
    expect(bucket.take()).toBe(false);
    expect(bucket.waitMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('without an end gives always', () => {
    const { bucket } = start(Number.POSITIVE_INFINITY, 1);
    expect(bucket.take(1e9)).toBe(true);
    expect(bucket.take(1e9)).toBe(true);
    expect(bucket.waitMs()).toBe(0);
  });

  it('gives nothing for a clock that is set back, and goes on from there', () => {
    const { bucket, clock, takeAll } = start(5, 1);
    takeAll();
    clock.at -= 3_600_000;
    expect(bucket.take()).toBe(false);
    expect(bucket.waitMs()).toBe(1_000);
    clock.at += 1_000;
    expect(bucket.take()).toBe(true);
  });

  it('gives after the wait that it names, and not before', () => {
    const rate = fc.integer({ min: 1, max: 1_000 });
    const steps = fc.array(fc.nat(5_000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), rate, steps, (capacity, refill, pauses) => {
        const { bucket, clock, takeAll } = start(capacity, refill);
        for (const pause of pauses) {
          clock.at += pause;
          takeAll();
          const wait = bucket.waitMs();
          expect(wait).toBeGreaterThan(0);
          clock.at += wait - 1;
          if (wait > 1) expect(bucket.take()).toBe(false);
          clock.at += 1;
          expect(bucket.take()).toBe(true);
        }
      }),
    );
  });

  it('gives after the wait that it names at rates that are no whole numbers', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1_000, noNaN: true }), (refill) => {
        const { bucket, clock, takeAll } = start(3, refill);
        takeAll();
        clock.at += bucket.waitMs(2);
        expect(bucket.take(2)).toBe(true);
      }),
    );
  });

  it('never gives more than its capacity and its rate in any time', () => {
    const steps = fc.array(fc.tuple(fc.nat(300), fc.nat(4)), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(50), steps, (capacity, refill, all) => {
        const { bucket, clock } = start(capacity, refill, 0);
        let taken = 0;
        for (const [pause, n] of all) {
          clock.at += pause;
          if (bucket.take(n)) taken += n;
          expect(taken).toBeLessThanOrEqual(capacity + (clock.at / 1_000) * refill + 0.001);
        }
      }),
    );
  });
});

describe('createBucket', () => {
  it.each([
    [0, 1],
    [-1, 1],
    [Number.NaN, 1],
    [1, -1],
    [1, Number.NaN],
  ])('refuses a capacity of %d with %d per second', (capacity, refillPerSecond) => {
    expect(() => createBucket({ capacity, refillPerSecond, now: () => 0 })).toThrow(/^rate: /);
  });
});
