import { join, relative } from 'node:path';
import { ackedSends } from './acked-sends.ts';
import { bigRoom } from './big-room.ts';
import { bursts, fanOut, redisFanOut } from './fan-out.ts';
import { flaps } from './flaps.ts';
import { logAppends } from './log-appends.ts';
import { currentCommit, describeMachine, type Machine } from './machine.ts';
import { massCut } from './mass-cut.ts';
import { memory } from './memory.ts';
import { readOptions, usage, UsageError, type BenchOptions } from './options.ts';
import { subjectResult, writeResult, type Result } from './results.ts';
import type { Figures, Scenario } from './scenario.ts';
import { nodes } from './nodes.ts';
import { people } from './people.ts';
import { rollingRestarts } from './rolling-restarts.ts';
import { withReady } from './runs.ts';
import { slowReader } from './slow-reader.ts';
import { formatResult } from './table.ts';

const SCENARIOS: readonly Scenario[] = [
  logAppends,
  ackedSends,
  fanOut,
  bursts,
  memory,
  slowReader,
  flaps,
  massCut,
  bigRoom,
  people,
  redisFanOut,
  nodes,
  rollingRestarts,
];
const RESULTS = join(import.meta.dirname, 'results');
const SECONDS = 5;
const WARM_UP_SECONDS = 1;
const RUNS = 3;

// Through exit handlers, so that no data directory stays behind.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage(SCENARIOS)}`);
  process.exitCode = 2;
}

async function main(options: BenchOptions): Promise<void> {
  if (options.help) return console.log(usage(SCENARIOS));
  const machine = describeMachine();
  for (const scenario of chosen(options.only)) {
    const result = await measure(scenario, options, machine);
    console.log(formatResult(result));
    console.log(`  written to ${relative(process.cwd(), writeResult(RESULTS, result))}\n`);
  }
}

function chosen(only: string | undefined): readonly Scenario[] {
  const found = SCENARIOS.filter(({ name }) => only === undefined || name === only);
  if (found.length === 0) throw new UsageError(`there is no scenario ${only}`);
  return found;
}

async function measure(
  scenario: Scenario,
  { dir, ...chosenOptions }: BenchOptions,
  machine: Machine,
): Promise<Result> {
  const { name, summary, targets, warmUpSeconds = WARM_UP_SECONDS } = scenario;
  const seconds = chosenOptions.seconds ?? scenario.seconds ?? SECONDS;
  const runs = chosenOptions.runs ?? scenario.runs ?? RUNS;
  const options = { seconds, warmUpSeconds, runs };
  const figures = new Map<string, Figures[]>(
    scenario.subjects.map((subject) => [subject.name, []]),
  );
  await withReady(scenario.subjects, { ...options, dir }, async (ready) => {
    for (let run = 1; run <= runs; run += 1) {
      // In turns, and each turn the other way round: what else the machine does hits all alike.
      for (const subject of run % 2 === 1 ? ready : ready.toReversed()) {
        console.error(`${name}: run ${run} of ${runs}, ${subject.name}`);
        figures.get(subject.name)?.push(await subject.run());
      }
    }
  });
  const subjects = Object.fromEntries(
    [...figures].map(([subject, measured]) => [subject, subjectResult(measured)]),
  );
  const date = new Date().toISOString();
  return { name, summary, date, commit: currentCommit(), machine, options, targets, subjects };
}
