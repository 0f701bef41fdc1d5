import { currentCommit, type Machine } from './machine.ts';
import { subjectResult, type Result } from './results.ts';
import { withReady } from './runs.ts';
import type { Figures, RunOptions, Scenario } from './scenario.ts';

const SECONDS = 5;
const WARM_UP_SECONDS = 1;
const RUNS = 3;

/** How to measure. What is unset the scenario says, or else the defaults do. */
export interface MeasureOptions extends Pick<RunOptions, 'dir'> {
  readonly seconds?: number | undefined;
  readonly runs?: number | undefined;
  readonly machine: Machine;
  /** Hears of each run as it begins. */
  readonly onRun: (words: string) => void;
}

/** Measures all subjects of a scenario. @throws whatever a run throws: nothing is said of half a scenario */
export async function measure(scenario: Scenario, options: MeasureOptions): Promise<Result> {
  const { name, summary, targets, warmUpSeconds = WARM_UP_SECONDS } = scenario;
  const { dir, machine, onRun } = options;
  const seconds = options.seconds ?? scenario.seconds ?? SECONDS;
  const runs = options.runs ?? scenario.runs ?? RUNS;
  const figures = new Map<string, Figures[]>(
    scenario.subjects.map((subject) => [subject.name, []]),
  );
  await withReady(scenario.subjects, { seconds, warmUpSeconds, dir }, async (ready) => {
    for (let run = 1; run <= runs; run += 1) {
      // In turns, and each turn the other way round: what else the machine does hits all alike.
      for (const subject of run % 2 === 1 ? ready : ready.toReversed()) {
        onRun(`${name}: run ${run} of ${runs}, ${subject.name}`);
        figures.get(subject.name)?.push(await subject.run());
      }
    }
  });
  const subjects = Object.fromEntries(
    [...figures].map(([subject, measured]) => [subject, subjectResult(measured)]),
  );
  const asked = { seconds, warmUpSeconds, runs };
  const [date, commit] = [new Date().toISOString(), currentCommit()];
  return { name, summary, date, commit, machine, options: asked, targets, subjects };
}
