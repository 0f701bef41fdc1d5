import type { Clock } from '../clock.ts';

/** Tells when it may be worth to try again at once: the network is back, the page is looked at, the
 *  machine has slept. Returns the undo. */
export type WakeSource = (wake: () => void) => () => void;

/** Wakes when a page comes online, is shown, or comes back from the browser's cache. Silent where
 *  there is no page. */
export const pageWakes: WakeSource = (wake) => {
  const { window, document } = globalThis as Partial<typeof globalThis>;
  if (!window?.addEventListener || !document) return () => {};
  const shown = () => {
    if (document.visibilityState === 'visible') wake();
  };
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', wake);
  document.addEventListener('visibilitychange', shown);
  return () => {
    window.removeEventListener('online', wake);
    window.removeEventListener('pageshow', wake);
    document.removeEventListener('visibilitychange', shown);
  };
};

const TICK_MS = 5_000;

/** Wakes when a timer runs late by more than its own length: the machine has slept. */
export function sleepWakes(clock: Clock): WakeSource {
  return (wake) => {
    let cancel = () => {};
    const tick = () => {
      const due = clock.now() + TICK_MS;
      cancel = clock.after(TICK_MS, () => {
        const isLate = clock.now() - due > TICK_MS;
        tick();
        if (isLate) wake();
      });
    };
    tick();
    return () => cancel();
  };
}
