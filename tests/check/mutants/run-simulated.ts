import { makePlan } from '../../../check/planner.ts';
import { simulate } from '../../../check/sim/world.ts';

// Runs plans until one goes wrong, and says which and how.
const [, , seed, plans] = process.argv;

// What a mutant throws where nobody catches it is caught, too.
const give = (result: unknown) => {
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
};
process.on('uncaughtException', (error) =>
  give({ plans: 0, kinds: ['uncaught'], what: String(error) }),
);

for (let index = 1; index <= Number(plans); index += 1) {
  const { verdict } = await simulate(makePlan(`${seed}/${index}`));
  const [first] = verdict.anomalies;
  if (!first) continue;
  const kinds = [...new Set(verdict.anomalies.map(({ kind }) => kind))];
  give({ plans: index, kinds, what: first.what });
}
give({ plans: Number(plans), kinds: [] });
