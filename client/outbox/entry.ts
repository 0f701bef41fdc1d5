import type { Ack, RoomError } from '../../shared/index.ts';

/** Where a publish stands. `queued`: it waits for its turn or for the connection. `sending`: the
 *  answer is awaited. `acked`: stored. `rejected`: the server refused it. `expired`: given up without
 *  an answer; if it was sent, it may be stored. */
export type EntryState = 'queued' | 'sending' | 'acked' | 'rejected' | 'expired';

/** What of its own event an entry has met in the stream (SND3). */
export interface Echo {
  readonly id: string;
  readonly position: string;
  readonly at: Date;
}

/** A publish on its way. Times in milliseconds since 1970, on the client's clock. */
export interface Item {
  /** The idempotency key: the same at every attempt. */
  readonly key: string;
  readonly kind: string;
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  /** The position of the event that it answers. */
  readonly replyTo?: string | undefined;
  /** Size of `data` as it is sent. */
  readonly bytes: number;
  /** Whose publish it is: it is sent as nobody else. Undefined until that is known. */
  readonly user: string | undefined;
  /** When it was published. */
  readonly at: number;
  /** Its place among the entries of its room: above that of the one before it, whatever the clock does, and otherwise
   *  `at`, so that entries of several tabs lie by time. */
  readonly place: number;
  /** When it was first sent, if it was: from then on the server may know the key. */
  readonly sentAt: number | undefined;
  /** Attempts that failed in a row, and among them faults of the server. */
  readonly attempts: number;
  readonly faults: number;
  readonly echo: Echo | undefined;
}

/** A wait for another attempt. By two numbers, not by its end: of a clock that is set back, the end would
 *  be far off. */
export interface Wait {
  /** When the attempt failed. */
  readonly since: number;
  /** Milliseconds. */
  readonly ms: number;
}

/** One entry of an outbox, by where it stands. */
export type Entry = Item &
  (
    | {
        readonly state: 'queued';
        /** Not sent before that is over. Undefined: it waits for nothing but its turn. */
        readonly wait: Wait | undefined;
        /** Why the last attempt failed, if one has. */
        readonly error: RoomError | undefined;
      }
    | { readonly state: 'sending' }
    | { readonly state: 'acked'; readonly ack: Ack }
    | { readonly state: 'rejected' | 'expired'; readonly error: RoomError }
  );

/** Sorts by place; the few of several tabs that have the same one by key, alike whoever does it. */
export function byPlace(a: Entry, b: Entry): number {
  return a.place - b.place || (a.key < b.key ? -1 : 1);
}

/** Is its end still open? */
export function isPending(entry: Entry): entry is Extract<Entry, { state: 'queued' | 'sending' }> {
  return entry.state === 'queued' || entry.state === 'sending';
}
