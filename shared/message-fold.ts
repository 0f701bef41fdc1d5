import type { By, RoomEvent } from './event.ts';
import type { Edited, Reacted, Reaction, Removed } from './life-events.ts';
import { formatPosition, parsePosition, type Position } from './position.ts';

/** What is known of one message: its own event, and the newest change of each type. Of a removed one its
 *  removal alone: its content is forgotten here too (LOG5). */
export interface Slot {
  readonly original?: RoomEvent;
  readonly edited?: RoomEvent;
  readonly removed?: RoomEvent;
  readonly reacted?: RoomEvent;
}

/** A stretch of a room's log, folded into messages. Every value of it is what folding all that it was
 *  given comes to, in whatever order and however often that came: of two changes the later one counts. */
export interface Fold {
  /** The epoch of all its positions. Undefined: nothing has come yet. */
  readonly epoch: string | undefined;
  /** Everything after this offset is known, and shown. Infinity: nothing is. */
  readonly since: number;
  /** By the offset of the message's own event. What lies at `since` or before it waits for its page. */
  readonly slots: ReadonlyMap<number, Slot>;
}

/** A message as it is now. */
export interface Message<Type extends string = string, Data = unknown> {
  /** Names it in its room: where its own event stands. */
  readonly position: string;
  readonly type: Type;
  /** Undefined when it was removed. */
  readonly data: Data | undefined;
  readonly by: By;
  readonly at: Date;
  /** Where its newest edit stands, or its removal, or itself: what `ifVersion` is compared with. */
  readonly version: string;
  readonly editedAt?: Date;
  readonly editedBy?: By;
  readonly isRemoved: boolean;
  readonly replyTo?: string;
  /** How many messages of the stretch answer it. */
  readonly replies: number;
  readonly reactions: readonly Reaction[];
  /** Of its own event, so that the sender's screen knows it. */
  readonly idempotencyKey?: string;
}

/** A page of history to be folded. */
export interface FoldPage {
  readonly events: readonly RoomEvent[];
  /** The newest changes of the page's messages that lie beyond it. */
  readonly changes?: readonly RoomEvent[] | undefined;
  /** The page holds everything after this offset, up to what was known before. */
  readonly since: number;
}

// Changes of messages whose pages were not read: a page brings its changes along, so none is missed.
const MAX_WAITING = 1_000;

/** Nothing folded yet. `since`: what comes is all there is after this offset. Default: pages say. */
export function emptyFold(since = Number.POSITIVE_INFINITY): Fold {
  return { epoch: undefined, since, slots: new Map() };
}

/** Folds events, live or replayed. `types`: those of messages; all others but their changes are passed
 *  over. An event of another epoch than what is there begins anew. */
export function foldEvents(
  fold: Fold,
  events: readonly RoomEvent[],
  types: ReadonlySet<string>,
): Fold {
  let { epoch } = fold;
  const slots = new Map(fold.slots);
  for (const event of events) {
    const place = placeOf(event, types);
    if (!place) continue;
    if (place.epoch !== epoch) slots.clear();
    epoch = place.epoch;
    const slot = slots.get(place.offset) ?? {};
    const next = take(slot, event, types);
    if (next !== slot) slots.set(place.offset, next);
  }
  return { epoch, since: fold.since, slots: withoutExcess(slots, fold.since) };
}

/** Folds a page of history that ends where what is known begins. */
export function foldPage(fold: Fold, page: FoldPage, types: ReadonlySet<string>): Fold {
  const since = Math.min(fold.since, page.since);
  return foldEvents({ ...fold, since }, [...page.events, ...(page.changes ?? [])], types);
}

/** Forgets the oldest messages: everything up to and including `since`. */
export function forgetUpTo(fold: Fold, since: number): Fold {
  if (since <= fold.since) return fold;
  const slots = [...fold.slots].filter(([offset]) => offset > since);
  return { ...fold, since, slots: new Map(slots) };
}

/** The messages of a stretch, oldest first. Those that are as they were in `before` are the same objects. */
export function messagesOf(fold: Fold, before?: MessageView): MessageView {
  const replies = countReplies(fold);
  const bySlot = new Map<Slot, Message>();
  const offsets = [...fold.slots.keys()].filter((offset) => offset > fold.since);
  for (const offset of offsets.toSorted((a, b) => a - b)) {
    const slot = fold.slots.get(offset);
    if (!slot || fold.epoch === undefined) continue;
    const count = replies.get(offset) ?? 0;
    const known = before?.bySlot.get(slot);
    const isSame = known?.replies === count;
    const message = isSame ? known : messageOf(slot, { epoch: fold.epoch, offset }, count);
    // Of some only changes are there: their own events are gone.
    if (message) bySlot.set(slot, message);
  }
  return { messages: [...bySlot.values()], bySlot };
}

/** Messages, and which slot each was made of. */
export interface MessageView {
  readonly messages: readonly Message[];
  readonly bySlot: ReadonlyMap<Slot, Message>;
}

/** The offset of a message's newest edit or removal, or its own: its version. */
export function versionOf({ original, edited, removed }: Slot): number {
  return Math.max(...[original, edited, removed].map((event) => (event ? offsetOf(event) : 0)));
}

/** Which message is an event about? A message is about itself. */
function placeOf(event: RoomEvent, types: ReadonlySet<string>) {
  if (types.has(event.type)) return parsePosition(event.position);
  const isChange = event.type === 'edited' || event.type === 'removed' || event.type === 'reacted';
  const { target } = (isChange && event.data ? event.data : {}) as { target?: unknown };
  return typeof target === 'string' ? parsePosition(target) : undefined;
}

function take(slot: Slot, event: RoomEvent, types: ReadonlySet<string>): Slot {
  if (slot.removed) return slot;
  if (event.type === 'removed') return { removed: event };
  if (types.has(event.type)) return slot.original ? slot : { ...slot, original: event };
  const type = event.type as 'edited' | 'reacted';
  const held = slot[type];
  // Of what has come before, or again, nothing changes.
  return held && offsetOf(held) >= offsetOf(event) ? slot : { ...slot, [type]: event };
}

function messageOf(slot: Slot, place: Position, replies: number): Message | undefined {
  const position = formatPosition(place);
  const version = formatPosition({ epoch: place.epoch, offset: versionOf(slot) });
  const { original, edited, removed, reacted } = slot;
  if (removed) {
    const { of: type, author: by, sentAt: at, replyTo } = removed.data as Removed;
    const left = { position, type, data: undefined, by, at, version, isRemoved: true };
    return { ...left, ...(replyTo !== undefined && { replyTo }), replies, reactions: [] };
  }
  if (!original) return undefined;
  const { type, by, at, replyTo, idempotencyKey } = original;
  const { data } = edited ? (edited.data as Edited) : original;
  return {
    position,
    type,
    data,
    by,
    at,
    version,
    isRemoved: false,
    replies,
    ...(edited && { editedAt: edited.at, editedBy: edited.by }),
    ...(replyTo !== undefined && { replyTo }),
    reactions: (reacted?.data as Reacted | undefined)?.reactions ?? [],
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

function countReplies({ slots, since }: Fold): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [offset, { original, removed }] of slots) {
    const answered = offset > since && !removed ? original?.replyTo : undefined;
    const target = answered === undefined ? undefined : parsePosition(answered);
    if (target) counts.set(target.offset, (counts.get(target.offset) ?? 0) + 1);
  }
  return counts;
}

/** Of too much that waits the oldest goes: its page is the one least likely to be read. */
function withoutExcess(slots: Map<number, Slot>, since: number): Map<number, Slot> {
  const waiting = [...slots.keys()].filter((offset) => offset <= since);
  // Before the first page has come everything waits.
  if (waiting.length <= MAX_WAITING || since === Number.POSITIVE_INFINITY) return slots;
  for (const offset of waiting.toSorted((a, b) => b - a).slice(MAX_WAITING)) slots.delete(offset);
  return slots;
}

function offsetOf({ position }: RoomEvent): number {
  return parsePosition(position)?.offset ?? 0;
}
