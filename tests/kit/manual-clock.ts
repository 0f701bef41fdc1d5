import type { Clock } from '../../server/clock.ts';

/** A clock whose hands the test moves. */
export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order. */
  advance(ms: number): void;
  /** Time goes on while the loop stands still: what fell due runs then, before anything that came meanwhile is
   *  read, and what it waits for anew is not due yet. */
  stall(ms: number): void;
}

/** Stands at `start` (milliseconds since 1970) until it is moved. */
export function manualClock(start = 1_800_000_000_000): ManualClock {
  let time = start;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => time,
    elapsed: () => time,
    after: (ms, run) => {
      const timer = { at: time + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: (ms) => {
      const end = time + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((other) => other !== next);
        time = Math.max(time, next.at);
        next.run();
      }
      time = end;
    },
    stall: (ms) => {
      time += ms;
      const due = timers.filter(({ at }) => at <= time).toSorted((a, b) => a.at - b.at);
      for (const timer of due) {
        if (!timers.includes(timer)) continue;
        timers = timers.filter((other) => other !== timer);
        timer.run();
      }
    },
  };
}
