import { clientLimits } from '../../shared/client-limits.ts';
import { errorOfClose, reconnectAfter, RoomError } from '../../shared/index.ts';
import { reconnectDelayMs } from '../backoff.ts';
import type { Ending } from '../link/socket.ts';

/** What is remembered from one attempt to connect to the next. */
export interface Attempts {
  /** Attempts since a connection was last stable, less what those that held for a while took back. */
  readonly count: number;
  /** Did the last connection end because its token had expired, and was none taken since? */
  readonly hasExpired: boolean;
}

/** What to do when a connection has ended. `error` says why, to whoever watches. */
export type NextStep =
  | { readonly step: 'stop'; readonly error: RoomError }
  | {
      readonly step: 'wait';
      /** Milliseconds until the next attempt: never 0. */
      readonly ms: number;
      readonly attempts: Attempts;
      readonly error: RoomError;
    };

/** How long a connection must have been open for the next delay to begin small again, in milliseconds. One
 *  that held for less takes its share of the attempts before it back: half of them after half of the time. A
 *  server that takes everybody and drops them at once is not asked twice a second, and a line that breaks now
 *  and then is not taken for one that is down. */
export const STABLE_MS = 10_000;

export const NO_ATTEMPTS: Attempts = { count: 0, hasExpired: false };

/** Decides by the close code (SPEC, close codes). `openMs`: how long it was open, 0 for not at all. */
export function afterEnding(
  before: Attempts,
  ending: Ending & { readonly openMs: number },
  random: number,
): NextStep {
  const { code, openMs } = ending;
  const what = reconnectAfter(code);
  // A connection that outlived the time to authenticate had its token taken.
  const isAgain = what === 'refresh' && before.hasExpired && openMs < clientLimits.authTimeoutMs;
  if (what === 'stop' || isAgain) return { step: 'stop', error: errorOfEnding(ending, false) };
  const count = Math.ceil(before.count * (1 - Math.min(1, openMs / STABLE_MS)));
  const attempts = { count: count + 1, hasExpired: what === 'refresh' };
  const error = errorOfEnding(ending);
  return { step: 'wait', ms: reconnectDelayMs(count, random), attempts, error };
}

/** Decides when there was no token to connect with. An error that does not pass (`retryable` false)
 *  is the app's way to say that there will be none. */
export function afterNoToken(before: Attempts, cause: unknown, random: number): NextStep {
  if (cause instanceof RoomError && !cause.retryable) return { step: 'stop', error: cause };
  const why = cause instanceof Error ? cause.message : String(cause);
  const error =
    cause instanceof RoomError
      ? cause
      : new RoomError('DISCONNECTED', `no token could be had: ${why}`, { cause });
  const attempts = { ...before, count: before.count + 1 };
  return { step: 'wait', ms: reconnectDelayMs(before.count, random), attempts, error };
}

function errorOfEnding({ code, reason, isFault }: Ending, retryable?: boolean): RoomError {
  const row = isFault ? 'INTERNAL' : (errorOfClose(code) ?? 'DISCONNECTED');
  return new RoomError(row, reason || `closed with code ${code}`, { retryable });
}
