import type { RoomError } from '../shared/index.ts';
import { toRoomError } from './call-error.ts';
import { clockOf, type ClockOptions } from './clock.ts';
import { NO_ANSWER, within } from './within.ts';

/** What a call knows of the client that it is made by. */
export interface AskOptions extends ClockOptions {
  /** Why the connection will not come back, once it will not. */
  readonly stopped?: () => RoomError | undefined;
}

/** Makes a call. @throws RoomError, whatever goes wrong; once the client has stopped, why it has */
export async function guarded<T>({ stopped }: AskOptions, call: () => Promise<T>): Promise<T> {
  const error = stopped?.();
  if (error) throw error;
  try {
    return await call();
  } catch (cause) {
    throw stopped?.() ?? toRoomError(cause);
  }
}

/** Makes a call, and waits for its answer no longer than 30 s. @throws RoomError */
export function ask<T>(
  options: AskOptions,
  call: (how: { signal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const clock = clockOf(options);
  return guarded(options, () => within(clock, NO_ANSWER, (signal) => call({ signal })));
}
