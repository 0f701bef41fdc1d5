import { isObservable, observableToAsyncIterable } from '@trpc/server/observable';
import { RoomError } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';

/** How long a stream may go on. */
export interface TimeLeft {
  readonly clock: Clock;
  /** Milliseconds. */
  readonly ms: number;
  /** Aborts when its reader has gone. */
  readonly signal: AbortSignal | undefined;
}

/** What a subscription has returned, ended by TOKEN_EXPIRED with the token of its reader (AUT2). Whatever is no
 *  stream is handed on as it is. */
export function endingWith(stream: unknown, left: TimeLeft): unknown {
  if (isObservable(stream)) {
    const signal = left.signal ?? new AbortController().signal;
    return ending(observableToAsyncIterable(stream, signal), left);
  }
  return isAsyncIterable(stream) ? ending(stream, left) : stream;
}

async function* ending(source: AsyncIterable<unknown>, { clock, ms }: TimeLeft) {
  const items = source[Symbol.asyncIterator]();
  const state = { isExpired: false, wake: () => {} };
  const cancel = clock.after(Math.max(0, ms), () => {
    state.isExpired = true;
    state.wake();
  });
  // Not a race with one promise for the end, which would remember every item until then.
  const next = () =>
    new Promise<IteratorResult<unknown>>((resolve, reject) => {
      state.wake = () => reject(new RoomError('TOKEN_EXPIRED', 'the token has expired'));
      if (state.isExpired) state.wake();
      else items.next().then(resolve, reject);
    });
  try {
    for (let item = await next(); !item.done; item = await next()) yield item.value;
  } finally {
    cancel();
    // Not awaited: a source that waits for something hears of it only then.
    Promise.resolve(items.return?.()).catch(() => {});
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
