import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Mutant } from './mutants/mutant.ts';
import { realMutants, simulatedMutants } from './mutants/mutants.ts';
import { soonFound } from './mutants/seeds.ts';

const run = promisify(execFile);
const fileAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const MOST_PLANS = '1000';

interface Found {
  /** How many plans it took. */
  readonly plans: number;
  readonly kinds: readonly string[];
  readonly what?: string;
}

function envOf(mutant: Mutant | undefined) {
  const hook = fileAt('./mutants/plant-hook.ts');
  return {
    ...process.env,
    MUTANT: JSON.stringify(mutant ?? null),
    NODE_OPTIONS: `--import=${hook}`,
  };
}

/** Runs a script with a bug planted in it, and in every process that it starts. */
async function runMutant(
  mutant: Mutant | undefined,
  script: string,
  ...args: string[]
): Promise<Found> {
  const { stdout } = await run(process.execPath, [fileAt(`./mutants/${script}`), ...args], {
    env: envOf(mutant),
    timeout: 90_000,
  });
  return JSON.parse(stdout) as Found;
}

describe('who checks the checker', () => {
  it('finds nothing where no bug is planted', async () => {
    const found = await runMutant(undefined, 'run-simulated.ts', 'mutants', '50');
    expect(found.kinds).toEqual([]);
  }, 60_000);

  // Some at once: each is a process of its own.
  describe.concurrent('finds by simulation that', () => {
    it.each(simulatedMutants.map((mutant) => [mutant.name, mutant] as const))(
      '%s',
      async (_, mutant) => {
        const seed = soonFound[mutant.name] ?? 'mutants';
        const found = await runMutant(mutant, 'run-simulated.ts', seed, MOST_PLANS);
        expect(found.kinds).not.toEqual([]);
      },
      120_000,
    );
  });

  it('tells the smallest plan that it found, and ends with 1', async () => {
    const mutant = simulatedMutants.find(({ name }) => name === 'a gap in the middle is not told');
    const args = ['check', '--minutes', '0', '--seed', 'gap5'];
    const failed = await run(process.execPath, [fileAt('../../bin/trpc-rooms.js'), ...args], {
      env: envOf(mutant),
      timeout: 90_000,
    }).catch((error: { code: number; stdout: string }) => error);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^  hole at /m) });
    const steps = /found to go wrong, (\d+) steps/.exec(failed.stdout)?.[1];
    expect(Number(steps)).toBeLessThan(10);
  }, 120_000);

  describe('finds with real processes that', () => {
    it.each(realMutants.map((mutant) => [mutant.name, mutant] as const))(
      '%s',
      async (_, mutant) => {
        const found = await runMutant(mutant, 'run-real.ts', 'mutants', '3');
        expect(found.kinds).not.toEqual([]);
      },
      120_000,
    );
  });
});
