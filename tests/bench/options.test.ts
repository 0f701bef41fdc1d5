import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readOptions, usage, UsageError } from '../../bench/options.ts';

describe('readOptions', () => {
  it('leaves to the scenarios what nobody says', () => {
    const unsaid = { only: undefined, seconds: undefined, runs: undefined };
    expect(readOptions([])).toEqual({ ...unsaid, dir: tmpdir(), help: false });
  });

  it('takes what is said', () => {
    const args = ['--only', 'fan-out', '--seconds', '8', '--runs=5', '--dir', '/mnt/disk'];
    const said = { only: 'fan-out', seconds: 8, runs: 5, dir: '/mnt/disk', help: false };
    expect(readOptions(args)).toEqual(said);
  });

  it.each([
    ['a number that is none', ['--runs', 'many']],
    ['no run', ['--runs', '0']],
    ['half a second', ['--seconds', '0.5']],
    ['a number without its value', ['--seconds']],
    ['an unknown option', ['--fast']],
    ['a word beside the options', ['fan-out']],
  ])('refuses %s', (_, args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});

describe('usage', () => {
  it('lists the scenarios', () => {
    expect(usage([{ name: 'flaps', summary: 'lines that flap' }])).toMatch(
      /flaps +lines that flap/,
    );
  });
});
