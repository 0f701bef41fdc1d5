import { RoomError, type FrameOf, type RoomKind } from '../shared/index.ts';
import { toRoomError } from './call-error.ts';
import { clockOf, type ClockOptions } from './clock.ts';
import { UNREADABLE_ERROR } from './link/decode.ts';
import { mayPass, retryDelayMs } from './passing.ts';
import type { RoomCalls } from './room-calls.ts';
import { readFrame } from './room-frame.ts';

/** What a client tells the streams of its rooms. */
export interface StreamOptions extends ClockOptions {
  /** Why the connection will not come back, once it will not. */
  readonly stopped?: () => RoomError | undefined;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
}

/** Follows one room until it is closed or fails for good. A link carries a subscription over a
 *  reconnect; one that the server refuses for the moment, or ends, is asked for again here, after a
 *  jittered delay and from the last frame seen, as long as that takes. Returns the close. */
export function openStream<K extends RoomKind>(
  calls: RoomCalls<K>,
  input: { readonly room: string; readonly since: string | undefined },
  options: StreamOptions & {
    readonly onFrame: (frame: FrameOf<K>) => void;
    /** Nothing comes for now. With an error: the stream was refused or has ended, and is asked for again. */
    readonly onAway: (error?: RoomError) => void;
    /** The stream has ended for good. */
    readonly onFail: (error: RoomError) => void;
  },
): () => void {
  const { stopped, random = Math.random } = options;
  const { after } = clockOf(options);
  let lastEventId = input.since;
  let attempt = 0;
  let hasBegun = false;
  let isClosed = false;
  let cancel = () => {};

  const open = () => {
    let isOver = false;
    let unsubscribe = () => {};
    const give = (error: RoomError, passes = mayPass(error)) => {
      // A link may say more than once that it is over.
      if (isOver || isClosed) return;
      isOver = true;
      const final = stopped?.();
      if (final || !passes) return options.onFail(final ?? error);
      const waitMs = retryDelayMs(error, (attempt += 1) - 1, random());
      cancel = after(waitMs, () => {
        const reason = stopped?.();
        if (reason) options.onFail(reason);
        else open();
      });
      options.onAway(error);
    };
    const from = lastEventId === undefined ? {} : { lastEventId };
    const subscription = calls.events.subscribe(
      { room: input.room, ...from },
      {
        onData: (envelope) => {
          if (isOver || isClosed) return;
          const frame = readFrame<K>(envelope);
          if (!frame) {
            const message = 'the server sent a frame that cannot be read';
            unsubscribe();
            // A server whose first word cannot be read speaks another language.
            return give(new RoomError('INTERNAL', message), hasBegun);
          }
          lastEventId = frame.id;
          hasBegun = true;
          attempt = 0;
          options.onFrame(frame.data);
        },
        onError: (cause) => {
          const error = toRoomError(cause);
          const isRead = hasBegun || error.message !== UNREADABLE_ERROR;
          give(error, isRead && mayPass(error));
        },
        onComplete: () => give(new RoomError('DISCONNECTED', 'the server ended the stream')),
        onConnectionStateChange: ({ state }) => {
          if (state === 'connecting') options.onAway();
        },
      },
    );
    unsubscribe = () => subscription.unsubscribe();
    // It may have failed, or the room may have been left, before that call returned.
    if (isClosed || isOver) unsubscribe();
    else cancel = unsubscribe;
  };

  open();
  return () => {
    isClosed = true;
    cancel();
  };
}
