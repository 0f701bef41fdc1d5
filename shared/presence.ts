import type { z } from 'zod';
import type { By } from './event.ts';
import type { RoomKind } from './room-kind.ts';

/** Why somebody is in a room no more. `left`: on purpose. `timeout`: his connection broke and did not
 *  come back. `kicked`: he may not be there any longer. `drain`: his server went down, and he did not
 *  come to another. */
export type LeaveReason = 'left' | 'timeout' | 'kicked' | 'drain';

/** A user who is in a room. */
export interface Present<State = unknown> extends By {
  /** What he last said of himself (`setPresence`). Unset: nothing. */
  readonly state?: State;
}

/** A user who has left. */
export interface Departed extends By {
  readonly reason: LeaveReason;
}

/** Who is in a room. */
export interface PresenceSnapshot<State = unknown> {
  /** Counts the changes that followers were told of. */
  readonly version: number;
  /** How many users. */
  readonly count: number;
  /** All of them, in the order of arrival. Unset: too many to be listed (`members` gives them). */
  readonly users?: readonly Present<State>[];
}

/** Who has come, changed or gone, joined over a moment (PRE3). With `users`: everybody, in place of
 *  those known so far. Without any list: too many to be listed, only the count goes on. `join` and
 *  `update` carry users whole. A `version` that is not the next one: some changes were missed. */
export interface PresenceFrame<State = unknown> extends PresenceSnapshot<State> {
  readonly type: 'presence';
  readonly join?: readonly Present<State>[];
  readonly update?: readonly Present<State>[];
  readonly leave?: readonly Departed[];
}

/** A member's public state, as others see it. `never` where the kind has none. */
export type PresenceOf<K extends RoomKind> = z.output<NonNullable<K['presence']>>;

/** A member's public state as he gives it, before defaults and transforms. */
export type PresenceInput<K extends RoomKind> = z.input<NonNullable<K['presence']>>;
