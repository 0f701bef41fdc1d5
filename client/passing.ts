import type { ErrorCode, RoomError } from '../shared/index.ts';
import { reconnectDelayMs } from './backoff.ts';

const PASSING = new Set<ErrorCode>([
  'DISCONNECTED',
  'RESTARTING',
  'LOG_UNAVAILABLE',
  'TOO_MANY',
  // The connection fetches a new token on its own.
  'TOKEN_EXPIRED',
]);
// A server that names a time beyond this is not believed.
const MOST_ASKED_MS = 10 * 60_000;

/** Does what was refused pass by itself, so that it is worth asking again? */
export function isPassing(error: RoomError): boolean {
  return PASSING.has(error.code);
}

/** The same of what a room cannot do without, which is asked for as long as it takes: a fault of the server passes
 *  too. */
export function mayPass(error: RoomError): boolean {
  return error.retryable || isPassing(error);
}

/** How long to wait before asking again, in milliseconds: jittered by `attempt` (counted from 0), and never
 *  less than the server has asked for. `random` is in [0, 1). */
export function retryDelayMs(error: RoomError, attempt: number, random: number): number {
  const asked = Math.min(error.retryAfterMs ?? 0, MOST_ASKED_MS);
  return Math.max(asked, reconnectDelayMs(attempt, random));
}
