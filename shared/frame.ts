import type { By, EventOf } from './event.ts';
import type { ReadState } from './life-procedures.ts';
import type { PresenceFrame, PresenceOf, PresenceSnapshot } from './presence.ts';
import type { RoomKind } from './room-kind.ts';

/** Why a stream could not go on where it stood (RES3).
 *  `epoch-changed`: the log lost events and began a new life. `expired`: events in between are no
 *  longer kept. `too-many`: more events in between than are replayed. `ahead-of-server`: the
 *  position lies beyond the newest event. */
export type GapReason = 'epoch-changed' | 'expired' | 'too-many' | 'ahead-of-server';

/** A stretch that a feed did not deliver: everything after `from` up to and including `to`. */
export interface Gap {
  readonly reason: GapReason;
  readonly from: string;
  readonly to: string;
}

/** Always the first frame of a feed (CON4). */
export interface ReadyFrame<Event = unknown, State = unknown> {
  readonly type: 'ready';
  /** `fresh`: from now on. `resumed`: exactly after the given position. `gap`: could not resume, so
   *  from now on; `gap` says what is missing. */
  readonly start: 'fresh' | 'resumed' | 'gap';
  /** The next durable event is the one after this. */
  readonly position: string;
  readonly gap?: Gap;
  /** How long a repeat of an idempotency key is surely recognised here, in milliseconds (SND1). */
  readonly keyWindowMs?: number;
  /** The newest durable events up to `position`, oldest first: a fresh start, or one after a gap, need
   *  not begin with an empty screen. Unset: resumed, or the kind has none. */
  readonly recent?: readonly Event[];
  /** The current value of every latest-value event. */
  readonly latest: readonly Event[];
  /** Events that too many keep at once to be told one by one. Unset: there are none. */
  readonly crowds?: readonly Crowd[];
  /** Who is here, oneself among them. Older servers do not say. */
  readonly presence?: PresenceSnapshot<State>;
}

/** One event of the room. */
export interface EventFrame<Event = unknown> {
  readonly type: 'event';
  readonly event: Event;
}

/** The stream jumped: the reader was behind further than the log reaches back. */
export interface GapFrame extends Gap {
  readonly type: 'gap';
}

/** The place of an event whose content was erased (LOG5): it keeps its position and nothing else. */
export interface ErasedFrame {
  readonly type: 'erased';
  readonly position: string;
}

/** All current latest values, in place of those known so far: follows a time of catching up. */
export interface LatestFrame<Event = unknown> {
  readonly type: 'latest';
  readonly latest: readonly Event[];
  readonly crowds?: readonly Crowd[];
}

/** So many do the same at once that they are counted and not told one by one (TYP1). */
export interface Crowd {
  /** The event. */
  readonly event: string;
  /** How many, oneself among them. */
  readonly count: number;
  /** Those who began first. As many as `count`: all of them, and from here on each is told again. */
  readonly users: readonly By[];
}

/** What is known of a crowded event, in place of all that was known of it. */
export interface CrowdFrame extends Crowd {
  readonly type: 'crowd';
}

/** A latest value is no longer: it has expired, was ended, or its user has left. */
export interface ClearedFrame {
  readonly type: 'cleared';
  readonly event: string;
  readonly key: string;
}

/** How the reader himself stands to the room, on all his devices: he has read on, or marked something
 *  unread, on one of them. For nobody else. */
export interface UnreadFrame extends Omit<ReadState, 'room'> {
  readonly type: 'unread';
}

/** Why somebody may follow a room no longer (AUT1). `revoked`: by the policy of the server. */
export type RevokedReason = 'left' | 'removed' | 'banned' | 'closed' | 'revoked';

/** The last frame of a feed whose reader may follow the room no longer. */
export interface RevokedFrame {
  readonly type: 'revoked';
  readonly reason: RevokedReason;
}

/** What `events` yields, discriminated by `type`. */
export type Frame<Event = unknown, State = unknown> =
  | ReadyFrame<Event, State>
  | EventFrame<Event>
  | GapFrame
  | ErasedFrame
  | LatestFrame<Event>
  | ClearedFrame
  | UnreadFrame
  | CrowdFrame
  | PresenceFrame<State>
  | RevokedFrame;

/** The frames of a room kind. */
export type FrameOf<K extends RoomKind> = Frame<EventOf<K>, PresenceOf<K>>;
