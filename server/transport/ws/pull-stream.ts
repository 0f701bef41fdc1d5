import type { Outbound } from './outbound.ts';

/** What becomes of a stream that is pulled. */
export interface PullOptions {
  /** Fires when the call is stopped. */
  readonly signal: AbortSignal;
  /** Stops the call, which what it runs learns by the signal. Safe to call twice. */
  readonly abort: () => void;
  readonly outbound: Outbound;
  /** Is it left alone while the connection is full? One that buffers what is not taken is not. */
  readonly waits: boolean;
  readonly onStart: () => void;
  readonly onValue: (value: unknown) => void;
  /** The stream failed. Called once, when it has been cleaned up. */
  readonly onError: (cause: unknown) => void;
  /** It failed when nobody waited for it any more: after a stop, or while cleaning up. */
  readonly onLateError: (cause: unknown) => void;
}

type Step = 'more' | 'done' | 'stopped';

/** Pulls a stream to its end, or until it is stopped; then cleans it up and resolves. While the
 *  connection is full it is not pulled (TRN4). */
export async function pullStream(
  source: AsyncIterable<unknown>,
  options: PullOptions,
): Promise<void> {
  const { signal, abort } = options;
  const iterator = source[Symbol.asyncIterator]();
  let failure: { cause: unknown } | undefined;
  if (!signal.aborted) {
    try {
      options.onStart();
      let step: Step = 'more';
      while (step === 'more') step = await takeStep(iterator, options);
      // What waits for the abort to clean up is woken, unless the stream has ended by itself.
      if (step !== 'done') abort();
    } catch (cause) {
      failure = { cause };
      abort();
    }
  }
  await cleanUp(iterator).catch(options.onLateError);
  if (failure) options.onError(failure.cause);
}

/** One value, in a function of its own: no reference to it outlives the step. */
async function takeStep(iterator: AsyncIterator<unknown>, options: PullOptions): Promise<Step> {
  const { signal, outbound, waits } = options;
  if (waits && outbound.isFull) await room(outbound, signal);
  if (signal.aborted) return 'stopped';
  const next = await nextUnlessStopped(iterator, options);
  if (next === 'stopped') return 'stopped';
  if (next.done) return 'done';
  options.onValue(next.value);
  return 'more';
}

function nextUnlessStopped(
  iterator: AsyncIterator<unknown>,
  { signal, onLateError }: PullOptions,
): Promise<IteratorResult<unknown> | 'stopped'> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve('stopped');
    signal.addEventListener('abort', stop, { once: true });
    iterator
      .next()
      .then(resolve, (cause: unknown) => {
        if (!signal.aborted) reject(cause);
        else if (!isAbortError(cause)) onLateError(cause);
      })
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Resolves when the connection has room again, or when the call is stopped. */
function room(outbound: Outbound, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const waiter = { onRoom: go };
    function go(): void {
      outbound.waitNoMore(waiter);
      signal.removeEventListener('abort', go);
      resolve();
    }
    outbound.wait(waiter);
    signal.addEventListener('abort', go);
  });
}

async function cleanUp(iterator: AsyncIterator<unknown>): Promise<void> {
  if (Symbol.asyncDispose in iterator) {
    // Made disposable by its author: that is the cleaning up that he means.
    return (iterator as AsyncDisposable)[Symbol.asyncDispose]();
  }
  await iterator.return?.();
}

function isAbortError(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'AbortError';
}
