/** One value of a stream, the same object for everybody who gets it: what is made from it (its text
 *  on the wire) is made once (TRN2). */
export interface PushItem {
  /** The id that it is tracked by. */
  readonly id: string;
  readonly data: unknown;
}

/** Where a stream pushes to. */
export interface PushSink {
  /** Has the reader room? Another stream of his may have taken it: a frame of each of many is more than may wait for
   *  one. False: push nothing before `resume`, which will come. */
  hasRoom(): boolean;
  /** Takes an item. False: it is taken, and the reader is full now; push nothing before `resume`. */
  push(item: PushItem): boolean;
  /** The stream is over; with `error`, because of it. */
  end(error?: unknown): void;
  /** What can push to this sink and to others at once. Unset: it is pushed to alone. */
  readonly together?: PushTogether | undefined;
}

/** Pushes to many sinks at once, for less than it costs to push to each. */
export interface PushTogether {
  /** Makes a crowd for sinks whose `together` this is. */
  crowd<T>(): PushCrowd<T>;
}

/** Sinks that get the same items, by whose they are. */
export interface PushCrowd<T> {
  /** How many there are. */
  readonly size: number;
  /** Takes one in who is not in it. */
  add(whose: T, sink: PushSink): void;
  /** Lets one go. Does nothing of who is not in it. */
  delete(whose: T): void;
  /** Pushes an item to all who have room for it and for more. Returns whose the others are: they have not got it. */
  push(item: PushItem): readonly T[];
}

/** The reader's end of a push path. */
export interface PushControl {
  /** The reader has room again. */
  resume(): void;
  /** The reader wants no more. Nothing is pushed after it. Safe to call twice. */
  stop(): void;
}

/** Stands for the push path of a stream that can be pulled too. A symbol, because tRPC takes whatever
 *  has a `subscribe` for an observable. */
export const PUSH: unique symbol = Symbol.for('trpc-rooms.push');

/** A stream that can push, with no promise per item. It starts when `[PUSH]` is called, and then it
 *  is not to be pulled. */
export interface PushSource {
  [PUSH](sink: PushSink): PushControl;
}

/** Does a value offer the push path? */
export function isPushSource(value: unknown): value is PushSource {
  return typeof value === 'object' && value !== null && PUSH in value;
}
