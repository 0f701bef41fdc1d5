import { z } from 'zod';
import type { DurableEventOf } from './event.ts';
import type { FrameOf } from './frame.ts';
import { positionInput } from './position-input.ts';
import {
  eventsInput,
  historyRange,
  isOneWay,
  BOTH_WAYS,
  type HistoryInput,
  type HistoryPage,
  type Procedure,
} from './procedures.ts';
import type { RoomKind } from './room-kind.ts';

/** How far a user has seen his own stream. */
export interface MeState {
  /** Null: nothing yet. */
  readonly seen: string | null;
  /** Durable events after it, by others, that are there: counted up to 1,000. */
  readonly unread: number;
  /** The newest event when that was counted. */
  readonly to: string;
}

/** The procedures of a user's own stream. Whose it is the token says, and nothing else. */
export type MeProcedures<K extends RoomKind> = {
  events: Procedure<
    'subscription',
    { readonly lastEventId?: string | null | undefined } | undefined | void,
    FrameOf<K>
  >;
  history: Procedure<
    'query',
    Omit<HistoryInput, 'room'> | undefined | void,
    HistoryPage<DurableEventOf<K>>
  >;
  state: Procedure<'query', undefined | void, MeState>;
  /** Everything up to `position` was seen. Never goes back. */
  markSeen: Procedure<'mutation', { readonly position: string }, MeState>;
};

/** Input of `me.events`. */
export const meEventsInput = eventsInput.omit({ room: true }).nullish();

/** Input of `me.history`. */
export const meHistoryInput = z.strictObject(historyRange).refine(isOneWay, BOTH_WAYS).nullish();

/** Input of `me.state`. */
export const meStateInput = z.undefined();

/** Input of `me.markSeen`. */
export const markSeenInput = z.strictObject({ position: positionInput });
