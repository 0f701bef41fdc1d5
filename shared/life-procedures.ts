import { z } from 'zod';
import type { By } from './event.ts';
import type { CountableType, EditableType, ReactableType, RemovableType } from './life.ts';
import { IDEMPOTENCY_KEY, limits, ROOM_ID } from './limits.ts';
import { positionInput } from './position-input.ts';
import type { Ack, Procedure } from './procedures.ts';
import type { EventInput, RoomKind } from './room-kind.ts';

/** Input of `edit`. `target`: the position of the event, whose whole data `data` takes the place of.
 *  `ifVersion`: refused as STALE_VERSION unless that is the event's version. */
export type EditInput<K extends RoomKind> = {
  readonly room: string;
  readonly target: string;
  readonly data: EventInput<K, EditableType<K>>;
  readonly ifVersion?: string | undefined;
  readonly idempotencyKey?: string | undefined;
};

/** Input of `remove`. */
export interface RemoveInput {
  readonly room: string;
  readonly target: string;
  readonly idempotencyKey?: string | undefined;
}

/** Input of `react`. `on`: false takes the reaction back. */
export interface ReactInput {
  readonly room: string;
  readonly target: string;
  /** 1 to 64 characters, none of them hidden. */
  readonly name: string;
  readonly on: boolean;
}

/** Input of `reactors`. */
export interface ReactorsInput {
  readonly room: string;
  readonly target: string;
  /** Go on after this user, as the last answer's `next` says. */
  readonly after?: string | undefined;
}

/** Who has reacted to an event, by user id, at most 100 at once. */
export interface Reactors {
  readonly users: readonly { readonly user: By; readonly reactions: Reactors['own'] }[];
  /** What the caller himself has reacted with: how often, by name. */
  readonly own: readonly { readonly name: string; readonly count: number }[];
  /** Where to go on. Undefined: that is all. */
  readonly next?: string;
}

/** Input of `markRead` and `markUnread`. */
export interface MarkInput {
  readonly room: string;
  readonly position: string;
}

/** Input of `markRead`. */
export interface MarkReadInput extends MarkInput {
  /** The version of the mark that this goes on from: has something been marked unread since, nothing
   *  changes. Default: the one that stands. */
  readonly version?: number | undefined;
}

/** How far a user has read a room, and what he has not. */
export interface ReadState {
  readonly room: string;
  /** Everything up to here is read. Undefined: nothing is. */
  readonly position?: string;
  /** Counts how often something was marked unread. */
  readonly version: number;
  /** Countable events after it, by others, that were not removed. At most 1,000 are counted. */
  readonly unread: number;
  /** The newest event when that was counted. */
  readonly to: string;
}

/** The answer to `unread`, in the order of the rooms that were asked for. */
export interface UnreadAnswer {
  /** The user's own id: whose events do not count. */
  readonly me: string;
  readonly rooms: readonly ReadState[];
}

/** Input of `receipts`. */
export interface ReceiptsInput {
  readonly room: string;
  /** Count those who have read up to here. */
  readonly position?: string | undefined;
}

/** Who has read how far. */
export interface Receipts {
  readonly room: string;
  /** In rooms that at most 100 users have read in: each with his position. */
  readonly readers?: readonly { readonly user: By; readonly position: string }[];
  /** How many users have read up to the position asked for; without one, at all. */
  readonly count: number;
}

interface Table<K extends RoomKind> {
  edit: Procedure<'mutation', EditInput<K>, Ack>;
  remove: Procedure<'mutation', RemoveInput, Ack>;
  react: Procedure<'mutation', ReactInput, Ack>;
  reactors: Procedure<'query', ReactorsInput, Reactors>;
  markRead: Procedure<'mutation', MarkReadInput, ReadState>;
  markUnread: Procedure<'mutation', MarkInput, ReadState>;
  unread: Procedure<'query', { readonly rooms: readonly string[] }, UnreadAnswer>;
  receipts: Procedure<'query', ReceiptsInput, Receipts>;
}

interface Needs<K extends RoomKind> {
  edit: EditableType<K>;
  remove: RemovableType<K>;
  react: ReactableType<K>;
  reactors: ReactableType<K>;
  markRead: CountableType<K>;
  markUnread: CountableType<K>;
  unread: CountableType<K>;
  receipts: CountableType<K>;
}

/** The procedures that a kind has because its events live (CON2). */
export type LifeProcedures<K extends RoomKind> = {
  [P in keyof Table<K> as [Needs<K>[P]] extends [never] ? never : P]: Table<K>[P];
};

const room = z.string().regex(ROOM_ID, { error: 'is no room id' });
const userId = z.string().regex(ROOM_ID, { error: 'is no user id' });
const idempotencyKey = z.string().regex(IDEMPOTENCY_KEY).optional();

/** Names of reactions: nothing that hides, breaks lines or turns the direction of writing. */
const reactionName = z
  .string()
  .min(1)
  .max(limits.reactionNameLength)
  .refine(
    (name) => !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name),
    {
      error: 'must not contain spaces, control or bidirectional characters',
    },
  );

/** Input schemas of these procedures. Of an edit's data the target's own schema decides. */
export const lifeInputs = {
  edit: z.strictObject({
    room,
    target: positionInput,
    data: z.unknown(),
    ifVersion: positionInput.optional(),
    idempotencyKey,
  }),
  remove: z.strictObject({ room, target: positionInput, idempotencyKey }),
  react: z.strictObject({ room, target: positionInput, name: reactionName, on: z.boolean() }),
  reactors: z.strictObject({ room, target: positionInput, after: userId.optional() }),
  markRead: z.strictObject({ room, position: positionInput, version: z.int().min(0).optional() }),
  markUnread: z.strictObject({ room, position: positionInput }),
  unread: z.strictObject({ rooms: z.array(room).min(1).max(limits.unreadRooms) }),
  receipts: z.strictObject({ room, position: positionInput.optional() }),
} as const;
