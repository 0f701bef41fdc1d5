import { z } from 'zod';
import type { EventSpec } from './delivery.ts';
import type { DurableEventOf } from './event.ts';
import type { FrameOf } from './frame.ts';
import { IDEMPOTENCY_KEY, limits, ROOM_ID } from './limits.ts';
import type { LifeProcedures } from './life-procedures.ts';
import type { ReplyType } from './life.ts';
import type { MembershipProcedures } from './membership.ts';
import { positionInput } from './position-input.ts';
import type { Present, PresenceInput, PresenceOf } from './presence.ts';
import type { ClientEventType, EventInput, RoomKind } from './room-kind.ts';

/** What an ack vouches for. `disk`: fsynced. `memory`: gone with the process. `redis`: as safe as
 *  that Redis is set up to be. `live`: handed to those connected, kept by nobody. */
export type Level = 'disk' | 'memory' | 'redis' | 'live';

/** The answer to a publish. */
export interface Ack {
  readonly id: string;
  readonly position: string;
  readonly at: Date;
  readonly level: Level;
  /** True when this key was acknowledged before: id, position and time are those of then. */
  readonly duplicate: boolean;
}

/** A page of a room's log, oldest first. Erased events are left out, so offsets may skip. */
export interface HistoryPage<Event> {
  readonly events: readonly Event[];
  /** What has happened since to events of this page: of each the newest edit, removal and summary of
   *  reactions that stand in the log beyond the page. Absent: nothing has. */
  readonly changes?: readonly Event[];
  /** Are there more beyond this page, in the direction that was asked? */
  readonly hasMore: boolean;
}

/** Who is in a room, each user once, in the order of arrival. */
export interface Members<State = unknown> {
  readonly room: string;
  /** A page of them. */
  readonly users: readonly Present<State>[];
  /** How many users there are in all. */
  readonly count: number;
  /** As in presence frames: what is here holds all changes up to it. */
  readonly version: number;
  /** Where the next page begins (`after`). Unset: this was the last. */
  readonly next?: string;
}

/** One procedure, as types: what every tRPC typing of it is made from. */
export interface Procedure<Type extends 'query' | 'mutation' | 'subscription', Input, Output> {
  readonly type: Type;
  readonly input: Input;
  readonly output: Output;
}

/** Input of `events`. `lastEventId`: where to resume, put there by the client's link. */
export interface EventsInput {
  readonly room: string;
  readonly lastEventId?: string | null | undefined;
}

/** Input of `history`. `before` and `after` are positions, both exclusive; with neither, the newest. */
export interface HistoryInput {
  readonly room: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** 1 to 200 events, default 50. */
  readonly limit?: number | undefined;
}

/** Input of `members`. `after`: `next` of the page before. */
export interface MembersInput {
  readonly room: string;
  readonly after?: string | undefined;
  /** 1 to 500 users, default 500. */
  readonly limit?: number | undefined;
}

/** Input of `setPresence`. */
export interface SetPresenceInput<K extends RoomKind> {
  readonly room: string;
  readonly state: PresenceInput<K>;
}

/** `setPresence`, of kinds whose members have a state. */
type PresenceProcedures<K extends RoomKind> = [PresenceOf<K>] extends [never]
  ? unknown
  : { setPresence: Procedure<'mutation', SetPresenceInput<K>, void> };

/** Input of `publish`: discriminated by `type` over the events that clients may publish. */
export type PublishInput<K extends RoomKind> = {
  [T in ClientEventType<K>]: {
    readonly room: string;
    readonly type: T;
    readonly data: EventInput<K, T>;
    readonly idempotencyKey?: string | undefined;
  } & ReplyInput<K, T>;
}[ClientEventType<K>];

/** What an event that may answer another has beside its data: the position of that one. */
type ReplyInput<K extends RoomKind, T> =
  T extends ReplyType<K> ? { readonly replyTo?: string | undefined } : unknown;

/** Input of a shorthand: the room, the event's data, and a key. */
export type ShorthandInput<K extends RoomKind, S extends keyof K['shorthands']> = EventInput<
  K,
  K['shorthands'][S] & ClientEventType<K>
> & { readonly room: string; readonly idempotencyKey?: string | undefined } & ReplyInput<
    K,
    K['shorthands'][S]
  >;

/** Input of `whisper`: a word for one person who is in the room or belongs to it. */
export interface WhisperInput {
  readonly room: string;
  /** A user id. */
  readonly to: string;
  readonly text: string;
  readonly idempotencyKey?: string | undefined;
}

/** The procedures of a kind that has `whispers`. The ack is of the sender's own copy, in his stream. */
export interface WhisperProcedures {
  whisper: Procedure<'mutation', WhisperInput, Ack>;
}

/** The procedures of one room kind (CON2). */
export type ProceduresOf<K extends RoomKind> = {
  events: Procedure<'subscription', EventsInput, FrameOf<K>>;
  publish: Procedure<'mutation', PublishInput<K>, Ack>;
  history: Procedure<'query', HistoryInput, HistoryPage<DurableEventOf<K>>>;
  members: Procedure<'query', MembersInput, Members<PresenceOf<K>>>;
} & {
  [S in keyof K['shorthands']]: Procedure<'mutation', ShorthandInput<K, S>, Ack>;
} & PresenceProcedures<K> &
  LifeProcedures<K> &
  (K['whispers'] extends true ? WhisperProcedures : unknown) &
  (K['membership'] extends true ? MembershipProcedures : unknown);

/** A room or user id. */
export const roomId = z.string().regex(ROOM_ID, {
  error: 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ - and neither "." nor ".."',
});

/** An idempotency key as an input. */
export const idempotencyKey = z
  .string()
  .regex(IDEMPOTENCY_KEY, { error: 'must be 1 to 128 printable ASCII characters, no spaces' })
  .optional();

/** Input of every kind's `events`. */
export const eventsInput = z.strictObject({ room: roomId, lastEventId: positionInput.nullish() });

/** What `history` takes beside the room. */
export const historyRange = {
  before: positionInput.optional(),
  after: positionInput.optional(),
  limit: z.int().min(1).max(limits.historyPageMax).default(limits.historyPageDefault),
};

/** Does a `history` go in one direction only? */
export function isOneWay(input: Omit<HistoryInput, 'room'>): boolean {
  return input.before === undefined || input.after === undefined;
}

/** What to say where it does not. */
export const BOTH_WAYS = { error: 'takes either before or after, not both' };

/** Input of every kind's `history`. */
export const historyInput = z
  .strictObject({ room: roomId, ...historyRange })
  .refine(isOneWay, BOTH_WAYS);

/** Input of every kind's `members`. */
export const membersInput = z.strictObject({
  room: roomId,
  after: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
  limit: z.int().min(1).max(limits.membersPage).default(limits.membersPage),
});

/** Input of a kind's `setPresence`. Undefined when its members have no state. */
export function setPresenceInput({ presence }: RoomKind) {
  return presence && z.strictObject({ room: roomId, state: presence });
}

/** Input of `whisper`. */
export const whisperInput = z.strictObject({
  room: roomId,
  to: roomId,
  text: z.string().trim().min(1).max(limits.whisperLength),
  idempotencyKey,
});

/** Input of a kind's `publish`, made from its events. Undefined when clients may publish none. */
export function publishInput(kind: RoomKind) {
  const options = Object.entries(kind.events)
    .filter(([, event]) => event.publish === 'client')
    .map(([type, event]) => publishInputOf(type, event));
  const [first, ...rest] = options;
  return first && z.discriminatedUnion('type', [first, ...rest]);
}

/** What `publish` takes of the event `type`. */
function publishInputOf(type: string, event: EventSpec) {
  const { data } = event;
  const input = z.strictObject({ room: roomId, type: z.literal(type), data, idempotencyKey });
  return mayReply(event) ? input.extend({ replyTo: positionInput.optional() }) : input;
}

/** Input of a kind's shorthand for the event `type`: that event's fields beside `room` and key.
 *  Parses to what `publish` takes. */
export function shorthandInput(type: string, event: EventSpec) {
  const published = publishInputOf(type, event);
  return z.transform((input: unknown, context) => {
    // A strict object drops this key without a word, and unknown keys are refused (CON3).
    if (isRecord(input) && Object.hasOwn(input, '__proto__')) {
      context.addIssue('Unrecognized key: "__proto__"');
      return z.NEVER;
    }
    // The event's own schema decides, refinements and unknown keys included.
    const parsed = published.safeParse(isRecord(input) ? asPublished(type, event, input) : input);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) {
      const [first, ...rest] = issue.path;
      const path = first === 'data' ? rest : issue.path;
      context.issues.push({ ...issue, path, code: 'custom', input });
    }
    return z.NEVER;
  });
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** A shorthand's fields where `publish` has them. */
function asPublished(type: string, event: EventSpec, input: Record<string, unknown>) {
  const { room, idempotencyKey: key, ...data } = input;
  const published = { room, type, data, idempotencyKey: key };
  if (!mayReply(event) || !Object.hasOwn(data, 'replyTo')) return published;
  const { replyTo, ...fields } = data;
  return { ...published, data: fields, replyTo };
}

function mayReply(event: EventSpec): boolean {
  return event.delivery === 'durable' && event.life.replies;
}
