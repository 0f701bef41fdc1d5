/** Time as the server knows it: passed in, so that tests hold the hands. */
export interface Clock {
  /** Milliseconds since 1970, as the machine's clock is set: for what others are told or is stored. */
  now(): number;
  /** Milliseconds since some moment, on a clock that nobody sets: for how long something takes. */
  elapsed(): number;
  /** Calls `run` once after `ms`. Returns the undo. A waiting call keeps no process alive. */
  after(ms: number, run: () => void): () => void;
}

// setTimeout fires at once when given more.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  // Looked up at each call, as the timers below are: whoever replaces all of them for a test gets all.
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, run) => {
    let timer: NodeJS.Timeout;
    const arm = (left: number) => {
      const step = Math.min(left, LONGEST_TIMER_MS);
      const fire = () => (left > step ? arm(left - step) : run());
      timer = setTimeout(fire, step).unref();
    };
    arm(ms);
    return () => clearTimeout(timer);
  },
};
