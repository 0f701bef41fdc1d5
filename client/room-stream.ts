import { RoomError, type ErrorCode, type FrameOf, type RoomKind } from '../shared/index.ts';
import { reconnectDelayMs } from './backoff.ts';
import { toRoomError } from './call-error.ts';
import type { RoomCalls } from './room-calls.ts';

/** What a client tells the streams of its rooms. */
export interface StreamOptions {
  /** Why the connection will not come back, once it will not. */
  readonly stopped?: () => RoomError | undefined;
  /** Calls `run` once after `ms`. Returns the undo. Default: the runtime's timers. */
  readonly after?: (ms: number, run: () => void) => () => void;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

// What passes by itself: the stream is asked for again, from where it stood.
const PASSING = new Set<ErrorCode>([
  'DISCONNECTED',
  'RESTARTING',
  'LOG_UNAVAILABLE',
  'TOO_MANY',
  // The connection fetches a new token on its own.
  'TOKEN_EXPIRED',
]);

/** Follows one room until it is closed or fails for good. tRPC's link carries a subscription over a
 *  reconnect, but gives it up when it is asked for while a socket is closing, or when the server
 *  refuses it for the moment; here it is asked for again, after a jittered delay and from the last
 *  frame seen. Returns the close. */
export function openStream<K extends RoomKind>(
  calls: RoomCalls<K>,
  input: { readonly room: string; readonly since: string | undefined },
  options: StreamOptions & {
    readonly onFrame: (frame: FrameOf<K>) => void;
    /** The stream has ended for good. */
    readonly onFail: (error: RoomError) => void;
  },
): () => void {
  const { stopped, after = afterTimer, random = Math.random } = options;
  let lastEventId = input.since;
  let attempt = 0;
  let hasBegun = false;
  let isClosed = false;
  let cancel = () => {};

  const open = () => {
    let isOver = false;
    const give = (error: RoomError) => {
      // A link may say more than once that it is over.
      if (isOver || isClosed) return;
      isOver = true;
      const reason = stopped?.() ?? error;
      // A fault of the server may pass too; one that meets the very first attempt is told at once.
      const passes = PASSING.has(reason.code) || (hasBegun && reason.retryable);
      if (!passes || stopped?.()) return options.onFail(reason);
      cancel = after(reconnectDelayMs((attempt += 1) - 1, random()), () => {
        const final = stopped?.();
        if (final) options.onFail(final);
        else open();
      });
    };
    const from = lastEventId === undefined ? {} : { lastEventId };
    const subscription = calls.events.subscribe(
      { room: input.room, ...from },
      {
        onData: ({ id, data }) => {
          if (isOver || isClosed) return;
          lastEventId = id;
          hasBegun = true;
          attempt = 0;
          options.onFrame(data);
        },
        onError: (error) => give(toRoomError(error)),
        onComplete: () => give(new RoomError('DISCONNECTED', 'the server ended the stream')),
      },
    );
    // It may have failed, or the room may have been left, before that call returned.
    if (isClosed) subscription.unsubscribe();
    else if (!isOver) cancel = () => subscription.unsubscribe();
  };

  open();
  return () => {
    isClosed = true;
    cancel();
  };
}

function afterTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
