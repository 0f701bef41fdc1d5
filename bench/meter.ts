import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What this process used between two moments. */
export interface Usage {
  readonly seconds: number;
  /** User and system time of all threads, in microseconds. */
  readonly cpuUs: number;
  /** That of the thread that runs the event loop. */
  readonly loopCpuUs: number;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Resident memory at the end, in MiB. */
  readonly rssMb: number;
  /** The most that was seen, looking every 20 ms. 0 where it was not watched. */
  readonly rssPeakMb: number;
}

const RESOLUTION_MS = 1;
const PEAK_EVERY_MS = 20;

/** What is measured. */
export interface MeterOptions {
  /** Watch the event loop too (default true)? It takes a timer a millisecond, which is much beside a
   *  server that sends in bursts and sleeps in between: its delays are 0 then. */
  readonly withLoopDelay?: boolean;
  /** Look for the peak of resident memory (default false)? */
  readonly withPeak?: boolean;
}

/** Starts to measure the process that calls it. Returns the end of it. */
export function startMeter({
  withLoopDelay = true,
  withPeak = false,
}: MeterOptions = {}): () => Usage {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const loopCpu = process.threadCpuUsage();
  if (withLoopDelay) delay.enable();
  const endPeak = withPeak ? watchPeak() : () => 0;

  return () => {
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    const loop = process.threadCpuUsage(loopCpu);
    return {
      seconds: (performance.now() - startedAt) / 1000,
      cpuUs: user + system,
      loopCpuUs: loop.user + loop.system,
      loopDelayP50Ms: lateness(delay.percentile(50)),
      loopDelayP99Ms: lateness(delay.percentile(99)),
      loopDelayMaxMs: lateness(delay.max),
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      rssPeakMb: endPeak() / 2 ** 20,
    };
  };
}

/** Resident bytes at most, from now until it is asked. */
function watchPeak(): () => number {
  let peak = 0;
  const look = () => (peak = Math.max(peak, process.memoryUsage.rss()));
  const timer = setInterval(look, PEAK_EVERY_MS);
  return () => {
    clearInterval(timer);
    return look();
  };
}

/** The histogram holds the nanoseconds between two ticks of a timer: less its period, how late. */
function lateness(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}
