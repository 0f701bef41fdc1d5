import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Mutant } from './mutants/mutant.ts';
import { realMutants } from './mutants/log-mutants.ts';
import { accessMutants, reactionMutants } from './mutants/play-mutants.ts';
import { simulatedMutants } from './mutants/mutants.ts';

const run = promisify(execFile);
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const NONE = 'none';
// So many processes at once: a mutant more costs one a fraction of what a process costs.
const PROCESSES = 2;

interface Found {
  /** Of the mutant, or `none`. */
  readonly name: string;
  readonly kinds: readonly string[];
}

/** Runs the simulated plans of mutants in one process. */
async function runSimulated(names: readonly string[]): Promise<readonly Found[]> {
  const args = ['--disable-warning=ExperimentalWarning', fileAt('./mutants/run-simulated.ts')];
  const { stdout } = await run(process.execPath, [...args, ...names], { timeout: 170_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Found);
}

/** Of the bug that is planted in every process and thread that a run starts. */
function envOf(mutant: Mutant | undefined) {
  const hook = fileAt('./mutants/plant-hook.ts');
  return {
    ...process.env,
    MUTANT: JSON.stringify(mutant ?? null),
    NODE_OPTIONS: `--import=${hook}`,
  };
}

describe('who checks the checker', () => {
  const names = [NONE, ...simulatedMutants.map(({ name }) => name)];
  let found: ReadonlyMap<string, Found> = new Map();
  beforeAll(async () => {
    const parts = Array.from({ length: PROCESSES }, (_, part) =>
      names.filter((_name, index) => index % PROCESSES === part),
    );
    const all = await Promise.all(parts.map(runSimulated));
    found = new Map(all.flat().map((one) => [one.name, one]));
  });

  it('finds nothing where no bug is planted', () => {
    expect(found.get(NONE)?.kinds).toEqual([]);
  });

  describe('finds by simulation that', () => {
    it.each(simulatedMutants.map(({ name }) => [name] as const))('%s', (name) => {
      expect(found.get(name)?.kinds).toHaveProperty('0');
    });
  });

  it('tells the smallest plan that it found, and ends with 1', async () => {
    const mutant = simulatedMutants.find(({ name }) => name === 'a gap in the middle is not told');
    const args = ['check', '--minutes', '0', '--seed', 'gap5'];
    const failed = await run(process.execPath, [fileAt('../../bin/trpc-rooms.js'), ...args], {
      env: envOf(mutant),
      timeout: 170_000,
    }).catch((error: { code: number; stdout: string }) => error);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^  hole at /m) });
    const steps = /found to go wrong, (\d+) steps/.exec(failed.stdout)?.[1];
    expect(Number(steps)).toBeLessThan(10);
  });

  describe('finds with real processes that', () => {
    const mutants = [...realMutants, ...accessMutants, ...reactionMutants];
    it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
      '%s',
      async (_, mutant) => {
        const args = [fileAt('./mutants/run-real.ts'), 'mutants', '3'];
        const options = { env: envOf(mutant), timeout: 170_000 };
        const { stdout } = await run(process.execPath, args, options);
        expect((JSON.parse(stdout) as Found).kinds).not.toEqual([]);
      },
      120_000,
    );
  });
});
