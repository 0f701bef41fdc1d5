import { describe, expect, it } from 'vitest';
import { makePlan } from '../../check/planner.ts';
import { shrinkList, shrinkPlan } from '../../check/shrink.ts';

const numbers = Array.from({ length: 100 }, (_, index) => index);

describe('shrinkList', () => {
  it('keeps what the failure needs, and nothing else', async () => {
    const needs = [3, 41, 42, 97];
    let runs = 0;
    const kept = await shrinkList(numbers, async (list) => {
      runs += 1;
      return needs.every((one) => list.includes(one));
    });
    expect(kept).toEqual(needs);
    expect(runs).toBeLessThan(150);
  });

  it('comes down to nothing when nothing is needed', async () => {
    expect(await shrinkList(numbers, async () => true)).toEqual([]);
  });

  it('leaves a list alone of which everything is needed', async () => {
    expect(await shrinkList(numbers, async (list) => list.length === 100)).toEqual(numbers);
  });
});

describe('shrinkPlan', () => {
  it('sends one event where one is enough', async () => {
    const plan = makePlan('shrink');
    const small = await shrinkPlan(plan, async ({ steps }) =>
      steps.some((step) => step.do === 'send'),
    );
    expect(small.steps).toMatchObject([{ do: 'send', count: 1 }]);
  });

  it('tries so many plans and no more', async () => {
    let runs = 0;
    const fails = async () => {
      runs += 1;
      return false;
    };
    await shrinkPlan(makePlan('shrink'), fails, 7);
    expect(runs).toBe(7);
  });
});
