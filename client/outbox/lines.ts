import { clientLimits } from '../../shared/client-limits.ts';
import type { Ack, RoomError } from '../../shared/index.ts';
import { Listeners } from '../listeners.ts';
import { Answers } from './answers.ts';
import type { Entry } from './entry.ts';
import type { Journal } from './journal.ts';
import { nextLine, withoutDone, type Happening, type Line } from './line.ts';
import { Seen } from './seen.ts';

/** The lines of all rooms: what happens to them is answered to those who wait, kept in the journal,
 *  and told to those who watch. */
export class Lines {
  readonly #journal: Journal | undefined;
  readonly #lines = new Map<string, Line>();
  readonly #seen = new Seen();
  readonly #answers = new Answers();
  readonly #listeners = new Listeners<void>();

  constructor(journal: Journal | undefined) {
    this.#journal = journal;
  }

  /** The entries of a room, in the order of sending. The same object until one changes. */
  of(room: string): Line {
    return this.#lines.get(room) ?? EMPTY;
  }

  /** The rooms that have entries, those first that have waited longest for their turn. */
  rooms(): string[] {
    return [...this.#lines.keys()];
  }

  entries(): Entry[] {
    return [...this.#lines.values()].flat();
  }

  /** The entry of a key, and the room it is for. */
  find(key: string): { room: string; entry: Entry } | undefined {
    for (const [room, line] of this.#lines) {
      const entry = line.find((other) => other.key === key);
      if (entry) return { room, entry };
    }
    return undefined;
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** What becomes of a key: one promise for all who ask. */
  answer(key: string): Promise<Ack> {
    return this.#answers.of(key);
  }

  rejectAnswers(error: RoomError): void {
    this.#answers.rejectAll(error);
  }

  apply(room: string, happening: Happening): void {
    const before = this.of(room);
    const after = nextLine(before, happening);
    if (after !== before) this.#put(room, before, after);
  }

  applyToAll(happening: Happening): void {
    for (const room of this.rooms()) this.apply(room, happening);
  }

  /** Puts a room behind the others: where not all find a place, they take turns. */
  moveBack(room: string): void {
    const line = this.of(room);
    this.#lines.delete(room);
    this.#lines.set(room, line);
  }

  /** The stream of a room has come to a position. */
  saw(room: string, position: string): void {
    const line = this.of(room);
    if (this.#seen.saw(room, position)) this.#put(room, line, line);
  }

  setKeyWindow(room: string, ms: number): void {
    this.#seen.setKeyWindow(room, ms);
  }

  /** How long the room's log remembers keys, in milliseconds, as far as it has told. */
  keyWindowMs(room: string): number {
    return this.#seen.keyWindowMs(room) ?? clientLimits.keyWindowMs;
  }

  #put(room: string, before: Line, after: Line): void {
    const rest = withoutDone(after, this.#seen.position(room));
    if (rest === before) return;
    if (rest.length > 0) this.#lines.set(room, rest);
    else this.#lines.delete(room);
    this.#record(before, rest);
    this.#answers.settle(before, after);
    this.#listeners.tell();
  }

  #record(before: Line, after: Line): void {
    if (!this.#journal) return;
    const was = new Map(before.map((entry) => [entry.key, entry]));
    // What comes in front moves places up: last first, or one would for a moment be stored above another behind it.
    for (const entry of after.length > before.length ? after.toReversed() : after) {
      const old = was.get(entry.key);
      was.delete(entry.key);
      if (entry.state === 'acked') this.#journal.forget(entry.key);
      else if (!old || isOtherwise(old, entry)) this.#journal.save(entry);
    }
    for (const key of was.keys()) this.#journal.forget(key);
  }
}

const EMPTY: Line = [];

/** Does it differ in what the journal keeps? */
function isOtherwise(old: Entry, entry: Entry): boolean {
  const hasFailed = ({ state }: Entry) => state === 'rejected' || state === 'expired';
  const hasMoved = old.at !== entry.at || old.place !== entry.place;
  const hasLeft = old.sentAt === undefined && entry.sentAt !== undefined;
  return old.user !== entry.user || hasMoved || hasLeft || hasFailed(old) !== hasFailed(entry);
}
