import type { ErrorCode, RoomError } from '../../shared/index.ts';
import { reconnectDelayMs } from '../backoff.ts';

/** What becomes of an entry whose attempt failed. */
export type AfterFailure = 'reject' | { readonly waitMs: number };

// What passes by itself, however long that takes: the entry's age is the bound.
const PASSING = new Set<ErrorCode>([
  'DISCONNECTED',
  'RESTARTING',
  'LOG_UNAVAILABLE',
  'TOO_MANY',
  // The connection fetches a new token on its own.
  'TOKEN_EXPIRED',
]);
/** Attempts that may end in a fault of the server before the entry is rejected with it. */
export const MOST_FAULTS = 5;
// A server that names a time beyond this is not believed.
const LONGEST_ASKED_MS = 10 * 60_000;

/** Decides by the error and by how often it has happened. `attempts` and `faults` count the failures
 *  before this one. */
export function afterFailure(
  error: RoomError,
  { attempts, faults }: { readonly attempts: number; readonly faults: number },
  random: number,
): AfterFailure {
  const isFault = error.code === 'INTERNAL';
  if (isFault ? faults + 1 >= MOST_FAULTS : !PASSING.has(error.code)) return 'reject';
  const asked = Math.min(error.retryAfterMs ?? 0, LONGEST_ASKED_MS);
  return { waitMs: Math.max(asked, reconnectDelayMs(attempts, random)) };
}
