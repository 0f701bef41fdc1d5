import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Longest first, in the order of how long they take: whatever begins last and takes a minute is waited for
// with one core idle. All others come in vitest's own order behind them.
const LONGEST = [
  'check/real',
  'check/mutants',
  'check/nodes',
  'check/simulation',
  'server/log/damage',
  'e2e/presence-crash',
  'e2e/rolling-restart',
  'e2e/failed-sync',
  'e2e/nodes-trouble',
  'server/redis/nodes',
  'cli/replay',
  'docs/package',
];

/** Begins with the test files that are known to take longest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // The sequencer's `sort`, not an array's.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/tests/${name}.test.ts`));
  return place < 0 ? LONGEST.length : place;
}
