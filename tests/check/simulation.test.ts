import { describe, expect, it } from 'vitest';
import { failureText } from '../../check/report.ts';
import { makePlan } from '../../check/planner.ts';
import { checkSimulated } from '../../check/simulated.ts';
import { simulate } from '../../check/sim/world.ts';

// One seed that stays and one of the day: what was found once is found again, and new ground is seen.
const DAY_SEED = new Date().toISOString().slice(0, 10);

describe('a simulated world', () => {
  it('gives the same history for the same seed, byte by byte, and another for another', async () => {
    const digests = new Set<string>();
    for (let seed = 1; seed <= 50; seed += 1) {
      const plan = makePlan(`same/${seed}`);
      const [first, second] = [await simulate(plan), await simulate(plan)];
      expect(second.digest).toBe(first.digest);
      digests.add(first.digest);
    }
    expect(digests.size).toBe(50);
  });

  it.each([
    ['fixed', 400],
    [DAY_SEED, 100],
  ])(
    '[LOG1] [LOG3] [RES1] [RES2] [RES3] [RES5] [SND1] keeps every promise under seed %s, %i plans',
    async (seed, plans) => {
      const { totals, failure } = await checkSimulated({ seed, plans });
      expect(failure && failureText(failure)).toBeUndefined();
      expect(totals.runs).toBe(plans);
      // A run in which nothing goes wrong proves nothing.
      const { starts, faults } = totals;
      for (const start of ['fresh', 'resumed', 'gap']) expect(starts[start]).toBeGreaterThan(0);
      for (const fault of ['cut', 'cut-reply', 'kill', 'damage', 'restart', 'disk-fails', 'slow']) {
        expect(faults[fault]).toBeGreaterThan(0);
      }
    },
  );
});
