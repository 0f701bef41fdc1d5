import { join, relative } from 'node:path';
import { ackedSends } from './acked-sends.ts';
import { bigRoom } from './big-room.ts';
import { bursts, fanOut, redisFanOut } from './fan-out.ts';
import { flaps } from './flaps.ts';
import { logAppends } from './log-appends.ts';
import { describeMachine } from './machine.ts';
import { massCut } from './mass-cut.ts';
import { measure } from './measure.ts';
import { memory } from './memory.ts';
import { readOptions, usage, UsageError, type BenchOptions } from './options.ts';
import { writeResult } from './results.ts';
import type { Scenario } from './scenario.ts';
import { nodes } from './nodes.ts';
import { people } from './people.ts';
import { rollingRestarts } from './rolling-restarts.ts';
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
  const how = { ...options, machine: describeMachine(), onRun: console.error };
  for (const scenario of chosen(options.only)) {
    const result = await measure(scenario, how);
    console.log(formatResult(result));
    console.log(`  written to ${relative(process.cwd(), writeResult(RESULTS, result))}\n`);
  }
}

function chosen(only: string | undefined): readonly Scenario[] {
  const found = SCENARIOS.filter(({ name }) => only === undefined || name === only);
  if (found.length === 0) throw new UsageError(`there is no scenario ${only}`);
  return found;
}
