const MIN_MS = 500;
const MAX_MS = 20_000;

/** How long to wait before the next attempt, in milliseconds: full jitter over a doubling span, never
 *  under 0.5 s and never over 20 s, so that clients cut together do not return together.
 *  `attempt` counts from 0; `random` is in [0, 1). */
export function reconnectDelayMs(attempt: number, random: number): number {
  const span = Math.min(MAX_MS - MIN_MS, MIN_MS * 2 ** Math.min(attempt, 10));
  return MIN_MS + Math.floor(random * span);
}
