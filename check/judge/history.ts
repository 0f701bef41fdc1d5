import type { Access } from './access.ts';
import type { Reacting } from './reacting.ts';

/** An event as somebody was shown it: by the log, by a stream, or by an ack. */
export interface Shown {
  /** `epoch:offset`. */
  readonly position: string;
  /** The idempotency key: `writer/n`. Unset: it carried none. */
  readonly key?: string | undefined;
  /** The publisher's user id. */
  readonly by: string;
  /** Type and data as one text. */
  readonly value: string;
  /** When the server took it, in milliseconds since 1970. */
  readonly stamp: number;
  /** It changes another event. */
  readonly change?: Change | undefined;
  /** It answers the event at this offset. */
  readonly replyTo?: number | undefined;
}

/** What an event does to another: it gives it another value, or takes all content from it and from what
 *  has changed it before. */
export interface Change {
  readonly target: string;
  /** Unset: it removes it. */
  readonly becomes?: string | undefined;
}

/** A stretch of the log that a stream says it leaves out. */
export interface Skipped {
  readonly reason: string;
  readonly from: string;
  readonly to: string;
}

/** One line of a history. `at`: milliseconds since the run began; lines stand in the order in which
 *  things happened to the people who made them. */
export type HistoryRecord = { readonly at: number } & (
  | Sent
  | Acked
  | Unanswered
  | Clashed
  | Passed
  | Followed
  | Read
  | Happened
  | Access
  | Reacting
);

/** A publish begins. A writer sends one thing after the other: `n` counts from 1, without holes. */
interface Sent {
  readonly kind: 'sent';
  readonly client: string;
  readonly room: string;
  readonly key: string;
  readonly by: string;
  readonly value: string;
  readonly change?: Change | undefined;
  readonly replyTo?: number | undefined;
}

/** An answer: where it stands. A key that was answered before may be asked for again. */
interface Acked {
  readonly kind: 'acked';
  readonly client: string;
  readonly room: string;
  readonly key: string;
  readonly position: string;
  readonly stamp: number;
  readonly duplicate: boolean;
}

/** `retried`: no answer, the same key goes out again. `abandoned`: no answer when the run was over.
 *  `refused`: the answer was no, with `code`. `declined`: what was to be changed is kept no more; an
 *  earlier attempt may have done it. */
interface Unanswered {
  readonly kind: 'retried' | 'abandoned' | 'refused' | 'declined';
  readonly client: string;
  readonly room: string;
  readonly key: string;
  readonly code: string;
}

/** Other data was sent under a key that had been answered: `code` is the refusal. There should be one;
 *  `position` is where it stands when there was none. */
interface Clashed {
  readonly kind: 'clashed';
  readonly client: string;
  readonly room: string;
  readonly key: string;
  readonly code?: string | undefined;
  readonly position?: string | undefined;
}

/** A writer sends something that no log keeps. Such writers have names of their own. */
interface Passed {
  readonly kind: 'passed';
  readonly client: string;
  readonly room: string;
  readonly key: string;
}

/** What a stream's reader met. `id`: what the frame was tracked by, where that can be seen. */
type Followed = { readonly follower: string; readonly room: string; readonly id?: string } & (
  | {
      /** Asked for a stream, after `since` or from now on. */
      readonly kind: 'asked';
      readonly since?: string | undefined;
    }
  | {
      readonly kind: 'began';
      readonly start: string;
      readonly position: string;
      readonly gap?: Skipped | undefined;
    }
  | { readonly kind: 'saw'; readonly event: Shown }
  /** An event that no log keeps: `key` is `writer/n`, counted by its writer. */
  | { readonly kind: 'glimpsed'; readonly key: string }
  | { readonly kind: 'gap'; readonly gap: Skipped }
  /** The place of an event whose content is gone. */
  | { readonly kind: 'erased'; readonly position: string }
  /** The messages as the reader has them when all is over, those after the offset `since`: position and
   *  value, null where it was removed. */
  | {
      readonly kind: 'view';
      readonly since: number;
      readonly messages: readonly (readonly [position: string, value: string | null])[];
    }
  /** How many messages the reader, `user`, is said not to have read after `readTo`, when all is over. */
  | {
      readonly kind: 'unread';
      readonly user: string;
      readonly readTo: string | undefined;
      readonly count: number;
    }
  /** The latest values as the reader has them when all is over: `type key data`. `said`: what he has said of himself
   *  last by one keyed by member, where that was acknowledged and through this reader: `type data`. */
  | {
      readonly kind: 'values';
      readonly values: readonly string[];
      readonly said?: string | undefined;
    }
  /** Who is in the room, as the reader has it when all is over: `id state`, each user once. `user` is the
   *  reader's own; `state` is what he has said of himself last, where it was through this reader. */
  | {
      readonly kind: 'people';
      readonly user: string;
      readonly state?: string | undefined;
      readonly people: readonly string[];
    }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'left' }
);

/** What the log gave. `asks`: a reader asked for the newest events; `newest` answers it. `page`: the
 *  run's own reader reads on. `final`: everything that is kept, from the oldest, when all is over. */
type Read =
  | { readonly kind: 'asks'; readonly reader: string; readonly room: string }
  | {
      readonly kind: 'newest';
      readonly reader: string;
      readonly room: string;
      readonly position: string | undefined;
    }
  | {
      readonly kind: 'page' | 'final';
      readonly room: string;
      readonly events: readonly Shown[];
      /** `final`: nothing comes after it. */
      readonly isLast: boolean;
    };

/** What befell the run itself. */
type Happened =
  | {
      readonly kind: 'fault';
      readonly fault: string;
      /** Whom it hits. Unset: everybody. */
      readonly client?: string;
      /** It takes away what was stored, and only then may the epoch change. By room: the highest
       *  offset that it leaves; a room that is not there loses nothing. */
      readonly damages?: Readonly<Record<string, number>>;
      /** It may take away what is stored besides logs: who belongs to which room. */
      readonly forgets?: boolean;
    }
  /** The last fault is over: from here on everything has to come right. */
  | { readonly kind: 'healed' }
  /** A quantity with an upper bound. */
  | {
      readonly kind: 'measured';
      readonly what: string;
      readonly value: number;
      readonly most: number;
    }
  | { readonly kind: 'ended' };

/** One kind of line. */
export type RecordOf<Kind extends HistoryRecord['kind']> = OfKind<HistoryRecord, Kind>;

type OfKind<Line extends { kind: string }, Kind> = Line extends unknown
  ? Kind extends Line['kind']
    ? Line & { readonly kind: Kind }
    : never
  : never;
