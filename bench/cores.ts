import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The commands that start a server's process on one half of the cores and its clients' on the other; empty where that
 *  cannot be had. Left to itself, Linux puts both on one core for a while and on two for another, and what a delivery
 *  costs moves with that by more than what is asked. */
export function onHalves(): {
  readonly server: readonly string[];
  readonly clients: readonly string[];
} {
  const cores = availableParallelism();
  const half = Math.floor(cores / 2);
  const [server, clients] = [`0-${half - 1}`, `${half}-${cores - 1}`];
  if (half === 0 || !canRunOn(server) || !canRunOn(clients)) return { server: [], clients: [] };
  return { server: ['taskset', '-c', server], clients: ['taskset', '-c', clients] };
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
