import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectDelayMs } from '../../client/backoff.ts';

const attempt = fc.nat({ max: 1_000_000 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('reconnectDelayMs', () => {
  it('stays between half a second and twenty, whole milliseconds', () => {
    fc.assert(
      fc.property(attempt, random, (count, chance) => {
        const delay = reconnectDelayMs(count, chance);
        expect(delay).toBeGreaterThanOrEqual(500);
        expect(delay).toBeLessThanOrEqual(20_000);
        expect(Number.isInteger(delay)).toBe(true);
      }),
    );
  });

  it('grows with the attempts and with chance', () => {
    fc.assert(
      fc.property(attempt, random, random, (count, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(reconnectDelayMs(count + 1, low)).toBeGreaterThanOrEqual(
          reconnectDelayMs(count, low),
        );
        expect(reconnectDelayMs(count, high)).toBeGreaterThanOrEqual(reconnectDelayMs(count, low));
      }),
    );
  });

  it('spreads the first return over half a second, and a late one over the whole span', () => {
    const last = 1 - Number.EPSILON;
    expect([reconnectDelayMs(0, 0), reconnectDelayMs(0, last)]).toEqual([500, 999]);
    expect([reconnectDelayMs(30, 0), reconnectDelayMs(30, last)]).toEqual([500, 19_999]);
  });
});
