import { manualClock, type ManualClock } from './manual-clock.ts';

/** A manual clock whose hands are set, as a user or NTP does: its timers run by the time that passes. */
export interface SettableClock extends ManualClock {
  /** Turns the hands by `ms`, back where that is negative. No time passes. */
  turn(ms: number): void;
}

/** Stands at `start` (milliseconds since 1970) until it is moved or set. */
export function settableClock(start?: number): SettableClock {
  const passing = manualClock(start);
  let turnedMs = 0;
  return {
    ...passing,
    now: () => passing.now() + turnedMs,
    turn: (ms) => (turnedMs += ms),
  };
}
