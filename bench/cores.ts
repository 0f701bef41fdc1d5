import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whose cores. */
export type Side = 'server' | 'clients';

/** The command that starts a process on its side's half of the cores; empty where that cannot be had. Left to itself,
 *  Linux puts a server and its clients on one core for a while and on two for another, and what a delivery costs moves
 *  with that by more than what is asked. */
export function onCoresOf(side: Side): readonly string[] {
  const cores = availableParallelism();
  if (cores < 2 || !canPin()) return [];
  const half = Math.floor(cores / 2);
  return ['taskset', '-c', side === 'server' ? `0-${half - 1}` : `${half}-${cores - 1}`];
}

/** Only Linux has `taskset`; where a container was given some cores, they need not be the first. */
function canPin(): boolean {
  try {
    execFileSync('taskset', ['-c', `0-${availableParallelism() - 1}`, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
