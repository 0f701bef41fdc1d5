import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Whose cores. */
export type Side = 'server' | 'clients';

/** The command that starts a process on its side's half of the cores; empty where that cannot be had. Left to itself,
 *  Linux puts a server and its clients on one core for a while and on two for another, and what a delivery costs moves
 *  with that by more than what is asked. */
export function onCoresOf(side: Side): readonly string[] {
  const cores = availableParallelism();
  const half = Math.floor(cores / 2);
  const halves = { server: `0-${half - 1}`, clients: `${half}-${cores - 1}` };
  if (half === 0 || !Object.values(halves).every(canRunOn)) return [];
  return ['taskset', '-c', halves[side]];
}

/** Only Linux has `taskset`; and where a container was given some cores, they need not be the first. */
function canRunOn(list: string): boolean {
  try {
    execFileSync('taskset', ['-c', list, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
