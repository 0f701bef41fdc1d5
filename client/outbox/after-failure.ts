import type { RoomError } from '../../shared/index.ts';
import { isPassing, retryDelayMs } from '../passing.ts';

/** What becomes of an entry whose attempt failed. */
export type AfterFailure = 'reject' | { readonly waitMs: number };

/** Attempts that may end in a fault of the server before the entry is rejected with it. */
export const MOST_FAULTS = 5;

/** Decides by the error and by how often it has happened. `attempts` and `faults` count the failures
 *  before this one. */
export function afterFailure(
  error: RoomError,
  { attempts, faults }: { readonly attempts: number; readonly faults: number },
  random: number,
): AfterFailure {
  const isFault = error.code === 'INTERNAL';
  // However long it takes to pass: the entry's age is the bound.
  if (isFault ? faults + 1 >= MOST_FAULTS : !isPassing(error)) return 'reject';
  return { waitMs: retryDelayMs(error, attempts, random) };
}
