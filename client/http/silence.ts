import { afterReading } from '../after-reading.ts';
import type { Clock } from '../clock.ts';

/** Watches a line on which bytes must keep coming. */
export interface Silence {
  /** Bytes have come. */
  heard(): void;
  /** How long a silence may be from now on, in milliseconds. Infinity: for ever. */
  allow(ms: number): void;
  stop(): void;
}

/** The server of this package pings every 15 s: two of them are lost before a line counts as dead. Milliseconds. */
export const SILENCE_MS = 40_000;

/** Begins to watch. `dead` is called when nothing has come for `longestMs`: a line that a router forgot ends with no
 *  word, and only silence tells. By elapsed time alone: a clock that is set anew cuts nothing. */
export function watchSilence(clock: Clock, longestMs: number, dead: () => void): Silence {
  let cancel = () => {};
  const allow = (ms: number) => {
    longestMs = ms;
    heard();
  };
  const heard = () => {
    cancel();
    cancel = Number.isFinite(longestMs) ? afterReading(clock, longestMs, dead) : () => {};
  };
  heard();
  return { heard, allow, stop: () => cancel() };
}
