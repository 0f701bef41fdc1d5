import { makePlan } from '../../../check/planner.ts';
import type { simulate as Simulate } from '../../../check/sim/world.ts';
import { importMutated } from './mutant-graphs.ts';
import { simulatedMutants } from './mutants.ts';
import { soonFound } from './seeds.ts';

// Runs the plans of each mutant that is named until one goes wrong, and says which and how: a line for each. One
// that is not known is none, and nothing may go wrong with it.
const MOST_PLANS = 1_000;
const MOST_WITHOUT = 50;
const [, , ...names] = process.argv;

interface World {
  readonly simulate: typeof Simulate;
}

for (const name of names) {
  const mutant = simulatedMutants.find((one) => one.name === name);
  const { simulate } = await importMutated<World>('check/sim/world.ts', mutant);
  const plans = mutant ? MOST_PLANS : MOST_WITHOUT;
  const found = await firstFound(simulate, soonFound[name] ?? 'mutants', plans);
  process.stdout.write(`${JSON.stringify({ name, ...found })}\n`);
}
process.exit(0);

async function firstFound(simulate: World['simulate'], seed: string, plans: number) {
  for (let index = 1; index <= plans; index += 1) {
    const { verdict } = await simulate(makePlan(`${seed}/${index}`));
    const kinds = [...new Set(verdict.anomalies.map(({ kind }) => kind))];
    if (kinds.length > 0) return { plans: index, kinds, what: verdict.anomalies[0]?.what };
  }
  return { plans, kinds: [] };
}
