import type { Clock } from '../../server/clock.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The clock of one machine, as uneven as those of real ones: half of its timers fire a millisecond early by
 *  what it shows, and that millisecond passes between any two readings. It never goes back. */
export function machineClock(time: VirtualTime, random: Random): Clock {
  let lagMs = 0;
  let shown = 0;
  return {
    now: () => {
      if (lagMs > 0 && random.isLikely(0.5)) lagMs = 0;
      shown = Math.max(shown, time.now() - lagMs);
      return shown;
    },
    after: (ms, run) =>
      time.after(ms, () => {
        lagMs = random.isLikely(0.5) ? 1 : 0;
        run();
      }),
  };
}
