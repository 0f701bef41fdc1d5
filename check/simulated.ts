import { explainFailure, type Failure } from './failure.ts';
import { makePlan } from './planner.ts';
import { simulate } from './sim/world.ts';
import { Totals } from './totals.ts';

/** How simulated plans are run. */
export interface SimulatedOptions {
  readonly seed: string;
  /** How many plans: `seed/1`, `seed/2`, … */
  readonly plans: number;
  /** Ends the check early. */
  readonly signal?: AbortSignal | undefined;
  /** Hears how many plans are done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What simulated plans come to. */
export interface SimulatedResult {
  readonly totals: Totals;
  /** The first plan that went wrong, made small. No plan after it was run. */
  readonly failure: Failure | undefined;
}

/** Runs plans in a simulated world until one goes wrong, and makes that one small. */
export async function checkSimulated(options: SimulatedOptions): Promise<SimulatedResult> {
  const totals = new Totals();
  for (let index = 1; index <= options.plans; index += 1) {
    if (options.signal?.aborted) break;
    const { plan, verdict } = await simulate(makePlan(`${options.seed}/${index}`));
    totals.add(verdict);
    options.onProgress?.(index);
    const [first] = verdict.anomalies;
    if (first) return { totals, failure: await explainFailure(plan, first) };
  }
  return { totals, failure: undefined };
}
