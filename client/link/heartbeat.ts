import { afterReading } from '../after-reading.ts';
import type { Clock } from '../clock.ts';

/** How long a connection may be silent before it is asked, and then before it counts as dead: both
 *  together are the 10 s within which a half-open connection is noticed. Milliseconds. */
export const SILENCE_MS = 5_000;
export const ANSWER_MS = 5_000;

/** Watches whether the other side is still there. */
export interface Heartbeat {
  /** Something has come. */
  heard(): void;
  /** Asks now, without waiting for silence: the machine may have slept. */
  ask(): void;
  stop(): void;
}

/** Begins to watch. `ping` asks the other side; `dead` is called when nothing has come since. */
export function startHeartbeat(options: {
  clock: Clock;
  ping: () => void;
  dead: () => void;
}): Heartbeat {
  const { clock, ping, dead } = options;
  let heardAt = clock.now();
  let isAsking = false;
  let cancel = () => {};

  // A timestamp per message instead of a timer: a busy room has hundreds a second.
  const watch = () => {
    isAsking = false;
    const silentMs = clock.now() - heardAt;
    // Less than nothing: the clock was set back, and does not tell how long it was.
    if (silentMs < 0 || silentMs >= SILENCE_MS) ask();
    else cancel = clock.after(SILENCE_MS - silentMs, watch);
  };
  const ask = () => {
    if (isAsking) return;
    cancel();
    isAsking = true;
    ping();
    cancel = afterReading(clock, ANSWER_MS, () => (isAsking ? dead() : watch()));
  };
  const heard = () => {
    heardAt = clock.now();
    isAsking = false;
  };

  watch();
  return { heard, ask, stop: () => cancel() };
}
