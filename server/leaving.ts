import type { Clock } from './clock.ts';

/** Somebody's connection, who shall go on by another one. */
export interface Leaver {
  /** Asks his client to connect anew; this connection serves on meanwhile. */
  ask(): void;
  /** Ends it, for whoever was asked and stayed. */
  end(): void;
  readonly isGone: boolean;
}

/** How long whoever was asked may stay, in milliseconds. Those who have moved leave what they had for calls that are
 *  under way, and are not hurt when it ends. */
export const MOVE_MS = 5_000;

const LOOK_EVERY_MS = 50;

/** Clients on their way to another node. */
export interface Leaving {
  /** Resolves when all have gone, `MOVE_MS` after the last was asked at the latest. */
  readonly done: Promise<void>;
  /** Waits for nobody any longer. Whoever has not been asked is not. */
  hurry(): void;
}

/** Asks one after the other to connect anew, each at a time of his own within `windowMs`: a crowd that came at
 *  once would be one for the node that takes it. */
export function letGo(
  leavers: readonly Leaver[],
  { clock, windowMs }: { clock: Clock; windowMs: number },
): Leaving {
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const [toAsk, toEnd] = [[...leavers].values(), [...leavers].values()];
  let [asked, ended] = [0, 0];
  const begunAt = clock.elapsed();
  let cancel = () => {};
  const look = () => {
    const elapsedMs = clock.elapsed() - begunAt;
    const slots = { count: leavers.length, windowMs };
    for (const due = dueBy(elapsedMs, slots); asked < due; asked += 1) toAsk.next().value?.ask();
    for (const due = dueBy(elapsedMs - MOVE_MS, slots); ended < due; ended += 1) {
      const leaver = toEnd.next().value;
      if (leaver && !leaver.isGone) leaver.end();
    }
    if (leavers.every(({ isGone }) => isGone) || elapsedMs >= windowMs + MOVE_MS) return finish();
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  if (leavers.length === 0) finish();
  else cancel = clock.after(0, look);
  return {
    done,
    hurry: () => {
      cancel();
      finish();
    },
  };
}

/** How many of `count` have had their slot: they lie evenly in the window, the first at its beginning. */
export function dueBy(
  elapsedMs: number,
  { count, windowMs }: { count: number; windowMs: number },
): number {
  if (elapsedMs < 0) return 0;
  if (elapsedMs >= windowMs) return count;
  return Math.min(count, Math.floor((elapsedMs * count) / windowMs) + 1);
}
