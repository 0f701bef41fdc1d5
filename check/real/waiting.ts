/** Resolves after `ms`. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves after `ms`, or as soon as the signal aborts. */
export function pass(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** Waits for a condition, at most `ms`. False: it was too long. */
export async function until(isDone: () => boolean, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (!isDone()) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** As `until`, of which all have `ms` together, from now on. */
export function untilTogether(ms: number): (isDone: () => boolean) => Promise<boolean> {
  const deadline = performance.now() + ms;
  return (isDone) => until(isDone, deadline - performance.now());
}

/** Waits for a promise, at most `ms`. False: it was too long. @throws what the promise rejects with */
export async function settled(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const done = new AbortController();
  const waiting = promise.finally(() => done.abort());
  // Too late it interests nobody.
  waiting.catch(() => {});
  await Promise.race([waiting, pass(ms, done.signal)]);
  if (!done.signal.aborted) return false;
  await waiting;
  return true;
}
