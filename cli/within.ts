/** How waiting ended: the promise resolved, the time was over, or the signal aborted. */
export type Outcome<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'late' }
  | { readonly state: 'aborted' };

/** Waits for a promise, at most `ms` and until `signal` aborts. Rejects when the promise does. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal?: AbortSignal,
): Promise<Outcome<T>> {
  let settle: (outcome: Outcome<T>) => void = () => {};
  const ended = new Promise<Outcome<T>>((resolve) => {
    settle = resolve;
  });
  const abort = () => settle({ state: 'aborted' });
  const timer = setTimeout(() => settle({ state: 'late' }), Math.max(0, ms));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([
      promise.then((value): Outcome<T> => ({ state: 'done', value })),
      ended,
    ]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
