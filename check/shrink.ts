import type { Plan, Step } from './plan.ts';

/** Does it still fail in the same way? */
export type StillFails<T> = (candidate: T) => Promise<boolean>;

/** Makes a list as short as it gets while it still fails: leaves out halves, then quarters, … then
 *  single items, over and over (delta debugging; Zeller 1999). */
export async function shrinkList<T>(
  list: readonly T[],
  stillFails: StillFails<readonly T[]>,
): Promise<readonly T[]> {
  let kept = list;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1 && kept.length > 0) {
    const shorter = await leaveOut(kept, size, stillFails);
    if (shorter) kept = shorter;
    // Nothing of this size can go: smaller pieces, down to one.
    else if (size === 1) break;
    size = shorter ? Math.min(size, Math.ceil(kept.length / 2)) : Math.ceil(size / 2);
  }
  return kept;
}

async function leaveOut<T>(
  list: readonly T[],
  size: number,
  stillFails: StillFails<readonly T[]>,
): Promise<readonly T[] | undefined> {
  let kept = list;
  for (let from = 0; from < kept.length;) {
    const candidate = kept.toSpliced(from, size);
    if (await stillFails(candidate)) kept = candidate;
    else from += size;
  }
  return kept.length < list.length ? kept : undefined;
}

/** Makes a plan as small as it gets while it still fails: fewer steps, then fewer events in each. At
 *  most `mostRuns` are tried (default 400). */
export async function shrinkPlan(
  plan: Plan,
  stillFails: StillFails<Plan>,
  mostRuns = 400,
): Promise<Plan> {
  let runs = 0;
  const fails = async (steps: readonly Step[]) => {
    if (runs >= mostRuns) return false;
    runs += 1;
    return stillFails({ ...plan, steps });
  };
  const few = await shrinkList(plan.steps, fails);
  const steps = [...few];
  for (const [index, step] of few.entries()) {
    if (step.do !== 'send' || step.count === 1) continue;
    const single = { ...step, count: 1 };
    if (await fails(steps.with(index, single))) steps[index] = single;
  }
  return { ...plan, steps };
}
