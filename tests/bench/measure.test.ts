import { describe, expect, it } from 'vitest';
import { measure } from '../../bench/measure.ts';
import type { Figures, RunOptions, Scenario, Subject } from '../../bench/scenario.ts';
import { machine } from './machine.ts';

/** What was done, in order, with subjects that measure 1, 2, 3 … */
function scenarioOf(names: readonly string[], over: Partial<Scenario> = {}) {
  const done: string[] = [];
  const asked: RunOptions[] = [];
  const [first, ...rest] = names.map((name): Subject => {
    let count = 0;
    const run = (): Promise<Figures> => {
      done.push(`run ${name}`);
      return Promise.resolve({ cpuUs: (count += 1) });
    };
    return {
      name,
      async stay(options, use) {
        asked.push(options);
        done.push(`start ${name}`);
        try {
          return await use(run);
        } finally {
          done.push(`end ${name}`);
        }
      },
    };
  });
  if (!first) throw new Error('a scenario has subjects');
  const scenario: Scenario = { name: 's', summary: '', subjects: [first, ...rest], targets: [] };
  return { done, asked, scenario: { ...scenario, ...over } };
}

const how = { dir: '', machine, onRun: () => {} };

describe('measure', () => {
  it('has all subjects there before the first run, and each turn goes the other way round', async () => {
    const { done, scenario } = scenarioOf(['ours', 'theirs']);
    await measure(scenario, { ...how, runs: 3 });
    expect(done).toEqual([
      'start ours',
      'start theirs',
      'run ours',
      'run theirs',
      'run theirs',
      'run ours',
      'run ours',
      'run theirs',
      'end theirs',
      'end ours',
    ]);
  });

  it('keeps every run of each subject, and the median', async () => {
    const { scenario } = scenarioOf(['ours', 'theirs']);
    const { subjects } = await measure(scenario, { ...how, runs: 4 });
    const runs = [1, 2, 3, 4].map((cpuUs) => ({ cpuUs }));
    expect(subjects).toEqual({
      ours: { runs, median: { cpuUs: 2.5 } },
      theirs: { runs, median: { cpuUs: 2.5 } },
    });
  });

  it('does what it was asked for, else what the scenario says, else three runs of five seconds', async () => {
    const own = { seconds: 2, runs: 20, warmUpSeconds: 60 };
    const bare = await measure(scenarioOf(['ours']).scenario, how);
    const said = await measure(scenarioOf(['ours'], own).scenario, how);
    const { asked, scenario } = scenarioOf(['ours'], own);
    const chosen = await measure(scenario, { ...how, seconds: 7, runs: 1 });
    expect(bare.options).toEqual({ seconds: 5, runs: 3, warmUpSeconds: 1 });
    expect(said.options).toEqual(own);
    expect(chosen.options).toEqual({ seconds: 7, runs: 1, warmUpSeconds: 60 });
    expect(asked).toEqual([{ seconds: 7, warmUpSeconds: 60, dir: '' }]);
  });

  it('ends all that it started, and says nothing, when a run fails', async () => {
    const { done, scenario } = scenarioOf(['ours', 'theirs']);
    const broken: Subject = { name: 'broken', run: () => Promise.reject(new Error('no port')) };
    const [first, ...rest] = scenario.subjects;
    const subjects = [first, ...rest, broken] as const;
    await expect(measure({ ...scenario, subjects }, how)).rejects.toThrow('no port');
    expect(done.slice(-2)).toEqual(['end theirs', 'end ours']);
  });
});
