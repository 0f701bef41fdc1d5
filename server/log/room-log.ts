import type { By, Level } from '../../shared/index.ts';

/** A room by name: unique over kinds and ids. */
export interface RoomName {
  readonly kind: string;
  readonly id: string;
}

/** One text per room. `/` is in no kind and no id, so no two rooms share it. */
export function roomKey({ kind, id }: RoomName): string {
  return `${kind}/${id}`;
}

/** An event to append. */
export interface Entry {
  readonly room: RoomName;
  readonly type: string;
  /** The event's data as superjson text. */
  readonly data: string;
  readonly by: By;
  /** Milliseconds since 1970, on the server's clock. */
  readonly at: number;
  readonly idempotencyKey?: string | undefined;
  /** Offset of the event that this one is about: what it changes, or what it answers. */
  readonly about?: number | undefined;
  /** What a repeat of the key says again, where that is not the whole data. Only of an event about another. */
  readonly says?: string | undefined;
  /** Appended only while what it is about, or else the room, stands at a version. */
  readonly guard?: Guard | undefined;
  /** There is one event of this type about that one at most: where it stands already nothing is appended, whatever
   *  the guard says. It is the answer, as to a repeat, and the key stands for it from then on. */
  readonly once?: boolean | undefined;
  /** With the append, the event that it is about and every event of these types about that one lose
   *  their content, as by `erase`; keys of theirs are still recognised. What is left of it in files goes
   *  within the log's scrub time. */
  readonly erases?: readonly string[] | undefined;
}

/** The version of what an entry is about: the offset of the newest event of `types` about that event, or its own. Of
 *  an entry about no event it is the room's: its head. */
export interface Guard {
  readonly types: readonly string[];
  readonly version: number;
  /** The epoch in which that was seen. A log whose epoch may change while it is open appends in no other. */
  readonly epoch?: string | undefined;
}

/** An event as the log keeps it. */
export interface StoredEvent {
  readonly offset: number;
  readonly type: string;
  /** Superjson text, or null where the content was erased. */
  readonly data: string | null;
  readonly by: By;
  readonly at: number;
  readonly idempotencyKey?: string | undefined;
  readonly about?: number | undefined;
}

/** The answer to `append`: where and when the event stands, be it new or a repeat. */
export interface Appended {
  readonly epoch: string;
  readonly offset: number;
  readonly at: number;
  readonly duplicate: boolean;
}

/** What a room's log holds now. Empty, nothing ever appended: head 0, first 1. Everything trimmed:
 *  first is head + 1. */
export interface Bounds {
  readonly epoch: string;
  /** Offset of the oldest event kept. */
  readonly first: number;
  /** Offset of the newest event ever appended. */
  readonly head: number;
}

/** A run of events, oldest first, with the bounds of the same moment. */
export interface Page extends Bounds {
  readonly events: readonly StoredEvent[];
}

/** Which events to read: the oldest ones after an offset, or the newest ones before it. */
export type Range =
  | { readonly after: number; readonly limit: number }
  | { readonly before: number; readonly limit: number };

/** Which events about others to read: about those from offset `first` to `last`, of these types. */
export interface ChangeRange {
  readonly first: number;
  readonly last: number;
  readonly types: readonly string[];
}

/** What to count: events after an offset, of these types, by anybody but one user. */
export interface CountRange {
  readonly after: number;
  readonly types: readonly string[];
  readonly notBy: string;
  /** Counting ends here. */
  readonly limit: number;
}

/** How many events there are, at a moment when `head` was the newest of all. */
export interface Counted {
  readonly count: number;
  readonly head: number;
  /** In which that was. Undefined: in the only one there can be while the log is open. */
  readonly epoch?: string;
}

/** Hears of a room's appended events: in order, each once, none left out. With no events and a `head` it hears
 *  that the log goes on from there, under another epoch or behind events that are kept no longer. */
export type Follower = (events: readonly StoredEvent[], epoch: string, head?: number) => void;

/** Hears of an event that was appended, by the id of its room. It must not throw. */
export type Witness = (room: string, event: StoredEvent, epoch: string) => void;

/** What is kept of rooms. Every form obeys the same contract suite (`tests/contract`).
 *
 *  - LOG1: offsets are 1, 2, 3 … per room and epoch. Event, key and offset are one atomic step.
 *  - LOG2: `append` resolves, and followers hear of an event, only when it is as safe as `level` says.
 *  - LOG3: after a loss, `epoch` differs from every epoch before.
 *  - LOG4: what retention does not keep is trimmed, at no time in the way of `append`.
 *  - Followers of a room hear its events in offset order, before the append resolves, whoever has appended them.
 *  - Witnesses hear of what was appended here (SRV2): each event once, those of a room in offset order, before the
 *    append resolves. Of one whose append was refused because nothing vouched for it yet (LOG3) they hear when
 *    something does, where that can be known. */
export interface RoomLog {
  readonly level: Level;

  /** Appends one event. A key that the same user used in this room within the key window gives the
   *  original place and time with `duplicate: true`, and appends nothing.
   *  @throws RoomError CONFLICT (the key stands for other data), STALE_VERSION (the guard does not hold:
   *  nothing is appended), STALE_POSITION (it is of another epoch, likewise), LOG_DAMAGED (the key does not stand for what it was stored with), LOG_UNAVAILABLE (nothing is
   *  acknowledged; the event may or may not be there, the same key finds out). */
  append(entry: Entry): Promise<Appended>;

  /** Reads events and bounds of one moment. @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  read(room: RoomName, range: Range): Promise<Page>;

  /** Reads the bounds alone. @throws RoomError LOG_UNAVAILABLE */
  bounds(room: RoomName): Promise<Bounds>;

  /** Reads the newest event of each type about each event of a range, in offset order.
   *  @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  changes(room: RoomName, range: ChangeRange): Promise<readonly StoredEvent[]>;

  /** Counts the events of a range that have their content, at most `limit`, and says how far it has counted.
   *  @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  count(room: RoomName, range: CountRange): Promise<Counted>;

  /** Calls `follower` with every event appended from now on. Returns the undo. */
  follow(room: RoomName, follower: Follower): () => void;

  /** Calls `witness` with every event that this log, and not that of another node, appends to rooms of a kind
   *  from now on. Returns the undo. */
  witness(kind: string, witness: Witness): () => void;

  /** Replaces an event's data by a tombstone at the same offset, and leaves no copy of the content
   *  behind (LOG5). False when there is no such event. @throws RoomError LOG_UNAVAILABLE */
  erase(room: RoomName, offset: number): Promise<boolean>;

  /** Removes events and keys that are past their age. `now`: milliseconds since 1970. */
  trim(now: number): Promise<void>;

  /** How far back a repeated key is surely recognised in this room, in milliseconds (SND1). */
  keyWindowMs(room: RoomName, now: number): number;

  /** Undefined while appends are possible, otherwise why they are not. */
  failure(): string | undefined;

  /** Finishes what was accepted, then closes. Safe to call twice. */
  close(): Promise<void>;
}
