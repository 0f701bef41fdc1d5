import type { z } from 'zod';
import type { Life, ReactionMode } from './life.ts';

/** How an event is delivered (CON1). `durable`: ordered, stored, resumable. `latest`: only the
 *  newest per key matters. `ephemeral`: live only, the first to be dropped. */
export type Delivery = 'durable' | 'latest' | 'ephemeral';

/** Who may publish an event: the server's own code alone (the default), or clients too. */
export type Publisher = 'server' | 'client';

/** What a `latest` event is keyed by: one value per user, per member, for the whole room, or by a
 *  string taken from the data (a ticker's symbol). */
export type LatestKey<Data> = 'user' | 'member' | 'room' | ((data: Data) => string);

/** The contract of one durable event. */
export interface DurableSpec<
  S extends z.ZodType = z.ZodType,
  P extends Publisher = Publisher,
  L extends Life = Life,
> {
  readonly delivery: 'durable';
  readonly data: S;
  readonly publish: P;
  /** What can happen to it afterwards. */
  readonly life: L;
}

/** The contract of one latest-value event. */
export interface LatestSpec<S extends z.ZodType = z.ZodType, P extends Publisher = Publisher> {
  readonly delivery: 'latest';
  readonly data: S;
  readonly publish: P;
  // `never` lets a key function of any data type stand in a list of specs.
  readonly key: LatestKey<never>;
  /** Age in milliseconds at which a value is cleared, on the server's clock. Unset: never. */
  readonly expiresMs: number | undefined;
  /** Does its own publisher get it too? */
  readonly echo: boolean;
  /** Is a repeat of what stands only a renewal, told to nobody? */
  readonly changesOnly: boolean;
  /** Durable events that end the values of the user who publishes one. */
  readonly endedBy: readonly string[];
  readonly clear: ClearRule;
  /** Data that is no value but the end of the one that stands. */
  readonly isEnd: ((data: never) => boolean) | undefined;
  /** Of an activity: the field of its data that says whether it goes on. */
  readonly activity: string | undefined;
}

/** When a value goes with whoever set it. `drop`: with his connection at once, even if it breaks.
 *  `leave`: when he is in the room no more. `never`: it stays. */
export type ClearRule = 'drop' | 'leave' | 'never';

/** How a latest-value event is declared. */
export interface LatestOptions<Data, P extends Publisher = Publisher> {
  readonly key: LatestKey<Data>;
  /** Age in milliseconds at which a value is cleared, on the server's clock. Default: never. */
  readonly expiresMs?: number;
  readonly publish?: P;
  /** Does its own publisher get it too, on all his connections? Default true. */
  readonly echo?: boolean;
  /** Is a repeat of what stands only a renewal, told to nobody? Default false. */
  readonly changesOnly?: boolean;
  /** Durable events that end the values of the user who publishes one. Default: none. */
  readonly endedBy?: readonly string[];
  /** Default: `drop` for those keyed by member (a connection that broke is no member again; our client says the
   *  last one again over the next), `leave` for those keyed by user, `never` for others. Refused: `leave` for
   *  those keyed by member. */
  readonly clear?: ClearRule;
  /** Data that is no value but the end of the one that stands. Default: none. */
  readonly isEnd?: (data: Data) => boolean;
}

/** The contract of one ephemeral event. */
export interface EphemeralSpec<S extends z.ZodType = z.ZodType, P extends Publisher = Publisher> {
  readonly delivery: 'ephemeral';
  readonly data: S;
  readonly publish: P;
  /** Does its own publisher get it too? */
  readonly echo: boolean;
}

/** The contract of one event. */
export type EventSpec<S extends z.ZodType = z.ZodType, P extends Publisher = Publisher> =
  | DurableSpec<S, P>
  | LatestSpec<S, P>
  | EphemeralSpec<S, P>;

/** Declares an event that is ordered, stored and resumable. It stays as it is, unless it says that it
 *  lives: `editable` and `removable` by its author, open to `reactions` and `replies`, `countable` as
 *  unread. The kind gets the events and procedures for it (CON2). */
export function durable<
  S extends z.ZodType,
  const P extends Publisher = 'server',
  const E extends boolean = false,
  const M extends boolean = false,
  const R extends ReactionMode | undefined = undefined,
  const T extends boolean = false,
  const C extends boolean = false,
>(
  data: S,
  options: {
    publish?: P;
    editable?: E;
    removable?: M;
    reactions?: R;
    replies?: T;
    countable?: C;
  } = {},
): DurableSpec<
  S,
  P,
  {
    // Written out: a contract's declared type must not need a name that is not exported.
    readonly editable: E;
    readonly removable: M;
    readonly reactions: R;
    readonly replies: T;
    readonly countable: C;
  }
> {
  const { editable, removable, reactions, replies, countable } = options;
  const life = {
    editable: editable ?? false,
    removable: removable ?? false,
    reactions,
    replies: replies ?? false,
    countable: countable ?? false,
  };
  // Each default is what its type parameter says; the compiler cannot see that.
  return { delivery: 'durable', data, publish: publisherOf(options), life: life as never };
}

/** Declares an event of which only the newest per `key` matters. Newcomers get the current values;
 *  a slow reader gets the newest only.
 *  @throws Error when `expiresMs` is no age, or nobody could keep `clear` with such a key */
export function latest<S extends z.ZodType, const P extends Publisher = 'server'>(
  data: S,
  options: LatestOptions<z.output<S>, P>,
): LatestSpec<S, P> {
  const { key, expiresMs, echo = true, changesOnly = false, endedBy = [], isEnd } = options;
  if (expiresMs !== undefined && !(expiresMs > 0)) {
    throw new Error('latest: expiresMs must be more than 0');
  }
  const clear = options.clear ?? usualClear(key);
  if (key === 'member' && clear === 'leave') {
    const why = 'a member is one connection, and gone with it';
    throw new Error(`latest: what is keyed by member cannot be cleared on leave: ${why}`);
  }
  const how = { key, expiresMs, echo, changesOnly, endedBy, clear, isEnd, activity: undefined };
  return { delivery: 'latest', data, publish: publisherOf(options), ...how };
}

function usualClear(key: LatestKey<never>): ClearRule {
  if (key === 'member') return 'drop';
  return key === 'user' ? 'leave' : 'never';
}

/** Declares an event for those who are connected now: never stored, never replayed. `echo: false`: its own
 *  publisher does not get it, on any of his connections. */
export function ephemeral<S extends z.ZodType, const P extends Publisher = 'server'>(
  data: S,
  options: { publish?: P; echo?: boolean } = {},
): EphemeralSpec<S, P> {
  const { echo = true } = options;
  return { delivery: 'ephemeral', data, publish: publisherOf(options), echo };
}

// The default of `P` is 'server' exactly when `publish` is absent; the compiler cannot see that.
function publisherOf<P extends Publisher>(options: { publish?: P }): P {
  return options.publish ?? ('server' as P);
}
