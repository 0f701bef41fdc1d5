import { RoomError } from '../shared/index.ts';
import { CliError, failureOf, interrupted } from './failure.ts';
import { within } from './within.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** How long and how to go on trying. */
export interface Patience {
  /** From the first attempt until it is given up, in milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Tries until it works, as long as the failure is one that passes. An attempt that hangs counts as
 *  failed when patience ends. @throws whatever does not pass; CliError NO_ANSWER when it was too long */
export async function retry<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const { patienceMs, signal, random = Math.random } = patience;
  const deadline = performance.now() + patienceMs;
  let last: unknown;
  for (let count = 0; ; count += 1) {
    try {
      const outcome = await within(attempt(), deadline - performance.now(), signal);
      if (outcome.state === 'done') return outcome.value;
      if (outcome.state === 'aborted') throw interrupted(signal);
      throw gaveUp(patienceMs, last);
    } catch (error) {
      if (!isPassing(error)) throw error;
      last = error;
    }
    const waitMs = backoffMs(count, random());
    if (performance.now() + waitMs >= deadline) throw gaveUp(patienceMs, last);
    const waited = await within(new Promise<never>(() => {}), waitMs, signal);
    if (waited.state === 'aborted') throw interrupted(signal);
  }
}

/** Milliseconds before the attempt after `count` failed ones: half of a doubling span and a random
 *  part of the other half. */
export function backoffMs(count: number, random: number): number {
  const span = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(count, 10));
  return Math.floor(span / 2 + (random * span) / 2);
}

/** May the same call succeed later? A fault of the server is not waited for: it stays. */
function isPassing(error: unknown): boolean {
  if (error instanceof RoomError) return error.retryable && error.code !== 'INTERNAL';
  return error instanceof CliError && error.code === 'UNREACHABLE';
}

function gaveUp(patienceMs: number, last: unknown): CliError {
  const why = last === undefined ? '' : `; last: ${failureOf(last).message}`;
  return new CliError(`given up after ${patienceMs / 1000} s without an answer${why}`, {
    code: 'NO_ANSWER',
    advice: 'Look whether the server runs and what it logs, or allow more time with --patience.',
    cause: last,
  });
}
