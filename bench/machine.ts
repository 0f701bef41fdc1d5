import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Where figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Processes that wanted a core over the last minute, before the bench began. More than a few
   *  tenths: something else was running, and the figures are worse than they should be. */
  readonly loadBefore: number;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** The commit that is checked out, `+` added when files other than results differ from it. Undefined outside
 *  git. */
export function currentCommit(): string | undefined {
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    const isClean = git('status', '--porcelain', '--', ':/', ':(top,exclude)bench/results') === '';
    return isClean ? commit : `${commit}+`;
  } catch {
    return undefined;
  }
}

function git(...args: string[]): string {
  const options = { cwd: import.meta.dirname, encoding: 'utf8', timeout: 5_000 } as const;
  return execFileSync('git', args, { ...options, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
