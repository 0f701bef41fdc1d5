import type { Clock } from '../../server/clock.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The clock of one machine, as uneven as those of real ones: any reading may be a millisecond behind, so
 *  that it ticks between two in the middle of something, and half of its timers fire early by what it shows.
 *  It never goes back. */
export function machineClock(time: VirtualTime, random: Random): Clock {
  let shown = 0;
  const read = () => {
    const lagMs = random.isLikely(0.5) ? 1 : 0;
    shown = Math.max(shown, time.now() - lagMs);
    return shown;
  };
  return {
    now: read,
    elapsed: read,
    after: time.after,
  };
}
