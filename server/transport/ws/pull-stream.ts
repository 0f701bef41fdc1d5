import { getTRPCErrorFromUnknown } from '@trpc/server';
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
  const { signal, abort, onStart, onLateError } = options;
  // One that is stopped already is only cleaned up, and nobody waits for its errors.
  const isWanted = !signal.aborted;
  const onError = isWanted ? options.onError : onLateError;
  let iterator: AsyncIterator<unknown> | undefined;
  let failure: Failure | undefined;
  try {
    if (isWanted) onStart();
    iterator = source[Symbol.asyncIterator]();
    if (isWanted) await takeAll(iterator, options);
  } catch (cause) {
    failure = { cause };
    abort();
  }
  const late = iterator && (await cleanedUp(iterator));
  if (late) abort();
  if (failure) onError(failure.cause);
  if (late) onLateError(late.cause);
}

interface Failure {
  readonly cause: unknown;
}

async function takeAll(iterator: AsyncIterator<unknown>, options: PullOptions): Promise<void> {
  let step: Step = 'more';
  while (step === 'more') step = await takeStep(iterator, options);
  // What waits for the abort to clean up is woken, unless the stream has ended by itself.
  if (step !== 'done') options.abort();
}

/** One value, in a function of its own: no reference to it outlives the step. */
async function takeStep(iterator: AsyncIterator<unknown>, options: PullOptions): Promise<Step> {
  const { signal, outbound, waits } = options;
  if (waits && outbound.isFull) await room(outbound, signal);
  if (signal.aborted) return 'stopped';
  const next = await nextUnlessStopped(iterator, options);
  if (next === 'stopped') return 'stopped';
  if (next.done) return 'done';
  // Other streams may have filled it meanwhile, and may fill it again before this one goes on: all are told of the same
  // room, so between the last look and the value there is no `await`.
  if (waits) {
    while (outbound.isFull) {
      await room(outbound, signal);
      if (signal.aborted) return 'stopped';
    }
  }
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

/** Resolves when the connection may have room again, or when the call is stopped. */
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

/** Cleans up. Gives what went wrong with that. */
async function cleanedUp(iterator: AsyncIterator<unknown>): Promise<Failure | undefined> {
  try {
    // Made disposable by its author: that is the cleaning up that he means.
    if (Symbol.asyncDispose in iterator) await (iterator as AsyncDisposable)[Symbol.asyncDispose]();
    else await iterator.return?.();
    return undefined;
  } catch (cause) {
    return { cause };
  }
}

/** Is it what a stop looks like from within? A caller of the server's own wraps it. */
function isAbortError(cause: unknown): boolean {
  return getTRPCErrorFromUnknown(cause).cause?.name === 'AbortError';
}
