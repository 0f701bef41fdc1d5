import { RoomError } from '../shared/index.ts';
import type { Clock } from './clock.ts';

/** Waits for an answer no longer than `ms`; then the signal aborts.
 *  @throws RoomError DISCONNECTED with `late` as its message; whatever `ask` throws */
export function within<T>(
  clock: Clock,
  { ms, late }: { readonly ms: number; readonly late: string },
  ask: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const given = new AbortController();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      reject(new RoomError('DISCONNECTED', late));
      given.abort();
    });
    const asked = async () => ask(given.signal);
    asked().then(resolve, reject).finally(cancel);
  });
}

/** A server that answers pings but not a call: after this the call is given up. */
export const NO_ANSWER = { ms: 30_000, late: 'the server did not answer' } as const;
