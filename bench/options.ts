import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  readonly only: string | undefined;
  /** Undefined: as many as the scenario asks for. */
  readonly seconds: number | undefined;
  /** Undefined: as many as the scenario asks for. */
  readonly runs: number | undefined;
  readonly dir: string;
  readonly help: boolean;
}

/** A bad command line: what is wrong, in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line. @throws UsageError */
export function readOptions(args: readonly string[]): BenchOptions {
  const { only, seconds, runs, dir, help } = parse(args);
  return {
    only,
    seconds: optional('seconds', seconds),
    runs: optional('runs', runs),
    dir,
    help,
  };
}

/** How the command is used, over these scenarios. */
export function usage(scenarios: readonly { name: string; summary: string }[]): string {
  const list = scenarios.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n');
  return `npm run bench -- [options]

  --only NAME    one scenario instead of all
  --seconds N    how long each run is measured, after some of warming up (default 5;
                 acked-sends, fan-out, bursts, redis 2; flaps 30)
  --runs N       runs of each subject, in turns; the median counts (default 3; acked-sends
                 12, fan-out, bursts, redis 20; slow-reader 7, flaps 1)
  --dir PATH     where data directories are made (default: the system's directory for temporary
                 files). It must lie on a real disk: on a tmpfs an fsync costs nothing
  --help

${list}
`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        seconds: { type: 'string' },
        runs: { type: 'string' },
        dir: { type: 'string', default: tmpdir() },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function optional(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} takes a whole number of 1 or more, not ${text}`);
  }
  return value;
}
