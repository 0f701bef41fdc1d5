import type { Clock } from './clock.ts';

/** Calls `run` once after `ms`, the last tenth of which is waited for on its own: after a stall of the loop a timer
 *  runs before what has come meanwhile is read. More than a turn, since a page is not given its timers and its
 *  messages in the order of their coming. Returns the undo. */
export function afterReading({ after }: Clock, ms: number, run: () => void): () => void {
  const last = ms / 10;
  let cancel = after(ms - last, () => (cancel = after(last, run)));
  return () => cancel();
}
