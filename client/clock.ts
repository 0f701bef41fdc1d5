/** Time as the client knows it: passed in, so that tests hold the hands. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `ms`. Returns the undo. */
  after(ms: number, run: () => void): () => void;
}

/** The hands of a clock, each of which may be left to the runtime. */
export interface ClockOptions {
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Calls `run` once after `ms`. Returns the undo. Default: the runtime's timers. */
  readonly after?: (ms: number, run: () => void) => () => void;
}

/** A clock of the given hands. */
export function clockOf({ now = Date.now, after = afterTimer }: ClockOptions): Clock {
  return { now: () => now(), after };
}

// setTimeout fires at once when given more.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

function afterTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}
