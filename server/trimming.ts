import type { Clock } from './clock.ts';
import { ClockWatch } from './clock-watch.ts';
import type { RoomLog } from './log/room-log.ts';

/** What keeps a log trimmed. */
export interface TrimmingOptions {
  readonly log: Pick<RoomLog, 'trim'>;
  readonly clock: Clock;
  readonly everyMs: number;
  /** Hears that the time of day has leapt ahead, by how many milliseconds, so that nothing is dropped by age; and when it
   *  is believed again (undefined). */
  readonly onClockLeap: (ms: number | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/** Has what is past its age dropped again and again (LOG4). Returns the end of it. */
export function startTrimming(options: TrimmingOptions): () => void {
  const { log, clock, everyMs, onClockLeap, onError } = options;
  const read = () => ({ now: clock.now(), elapsed: clock.elapsed() });
  const watch = new ClockWatch(read());
  let isDoubted = false;
  let isOver = false;
  let cancel = () => {};

  const trim = async () => {
    const reading = read();
    const leap = watch.look(reading);
    if (isDoubted !== (leap !== undefined)) onClockLeap(leap);
    isDoubted = leap !== undefined;
    if (!isDoubted) await log.trim(reading.now);
  };
  const schedule = () => {
    if (isOver) return;
    cancel = clock.after(everyMs, () => void trim().catch(onError).finally(schedule));
  };
  schedule();
  return () => {
    isOver = true;
    cancel();
  };
}
