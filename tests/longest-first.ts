import { BaseSequencer, type TestSpecification } from 'vitest/node';

// What takes long begins first: whatever begins last and takes a minute is waited for with one core idle. What
// waits for most of its time stands beside what computes. All others come in vitest's own order behind them.
const LONGEST = [
  'check/real',
  'e2e/presence-crash',
  'check/mutants',
  'e2e/nodes-trouble',
  'check/simulation',
  'check/nodes',
  'e2e/presence',
  'server/log/damage',
  'server/redis/shared-presence',
  'server/redis/presence-losses',
  'e2e/rolling-restart',
  'e2e/sdk-life',
  'e2e/failed-sync',
  'client/connection/connection',
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
