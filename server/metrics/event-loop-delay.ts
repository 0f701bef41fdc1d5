import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop was since it was last asked, in seconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
}

/** Watches how late the event loop is. */
export interface LoopWatch {
  /** The delays since the last call. The first call begins to watch, so a server that nobody asks pays
   *  nothing: undefined. */
  take(): LoopDelay | undefined;
  close(): void;
}

// A timer of this many milliseconds is set again and again; what it is late by is the delay.
const RESOLUTION_MS = 20;

/** Watches nothing until it is asked. */
export function watchLoop(): LoopWatch {
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined;
  return {
    take: () => {
      if (!histogram) {
        histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
        histogram.enable();
        return undefined;
      }
      // Nothing yet: asked twice in one breath.
      if (histogram.count === 0) return undefined;
      const delay = {
        p50: lateBy(histogram.percentile(50)),
        p99: lateBy(histogram.percentile(99)),
      };
      histogram.reset();
      return delay;
    },
    close: () => {
      histogram?.disable();
      histogram = undefined;
    },
  };
}

/** Node counts the whole interval, in nanoseconds. */
function lateBy(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) / 1e3;
}
