import type { RoomEvent } from '../../shared/index.ts';

/** A value that is no more. */
export interface Gone {
  readonly type: string;
  readonly key: string;
  /** Who had set it. */
  readonly userId: string;
  /** Of the message that said it last. */
  readonly number: string;
}

interface Value {
  readonly event: RoomEvent;
  readonly key: string;
  /** Of the message that said it last. */
  readonly number: string;
  /** The event's data as text. */
  readonly text: string;
  /** Whose value it is: it goes when he does. Unset: the room's. */
  readonly owner: string | undefined;
  /** On the clock that nobody sets. Infinity: never. */
  readonly expiresAt: number;
}

/** How much a room may hold. */
export interface LatestBounds {
  readonly maxValues: number;
  /** Of their data as text, in UTF-16 units. */
  readonly maxLength: number;
}

/** A room's latest values: the newest event per type and key, within bounds. */
export class LatestValues {
  readonly #values = new Map<string, Value>();
  readonly #bounds: LatestBounds;
  #length = 0;

  constructor(bounds: LatestBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Sets a value. Returns what had to go for it: those set longest ago. */
  set(value: Value): Gone[] {
    const id = idOf(value.event.type, value.key);
    this.#length += value.text.length - (this.#values.get(id)?.text.length ?? 0);
    this.#values.delete(id);
    this.#values.set(id, value);
    if (!this.#isOver) return [];
    // It stays itself, however long it is.
    return this.#remove((one) => one !== value && this.#isOver);
  }

  get #isOver(): boolean {
    const { maxValues, maxLength } = this.#bounds;
    return this.#values.size > maxValues || this.#length > maxLength;
  }

  /** Lets a value that says the same live until `expiresAt`. False: there is none. */
  renew(
    type: string,
    key: string,
    { text, expiresAt, number }: Pick<Value, 'text' | 'expiresAt' | 'number'>,
  ): boolean {
    const id = idOf(type, key);
    const value = this.#values.get(id);
    if (!value || value.text !== text) return false;
    // It stays where it stands: said first, it is shown first.
    this.#values.set(id, { ...value, expiresAt, number });
    return true;
  }

  /** Does the value stand that this message has set? */
  isSetBy(number: string, type: string, key: string): boolean {
    return this.#values.get(idOf(type, key))?.number === number;
  }

  /** Removes and returns the values of other ids (`idOf`). */
  keepOnly(ids: ReadonlySet<string>): Gone[] {
    return this.#remove(({ event, key }) => !ids.has(idOf(event.type, key)));
  }

  /** All values, the most recently set last. */
  events(): RoomEvent[] {
    return [...this.#values.values()].map(({ event }) => event);
  }

  /** The values of one type, those that were set first in front. */
  of(type: string): RoomEvent[] {
    return this.events().filter((event) => event.type === type);
  }

  /** Removes and returns what has expired at `now`. */
  expire(now: number): Gone[] {
    return this.#remove(({ expiresAt }) => expiresAt <= now);
  }

  /** Removes and returns what belonged to somebody who has left. */
  leave(owner: string): Gone[] {
    return this.#remove((value) => value.owner === owner);
  }

  /** Removes and returns one value. */
  end(type: string, key: string): Gone[] {
    const value = this.#values.get(idOf(type, key));
    return value ? this.#remove((one) => one === value) : [];
  }

  /** Removes and returns what a user had set of one type. */
  endOf(userId: string, type: string): Gone[] {
    return this.#remove(({ event }) => event.type === type && event.by.id === userId);
  }

  /** When the next value expires, or undefined when none will. */
  nextExpiry(): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#values.values()) next = Math.min(next, expiresAt);
    return Number.isFinite(next) ? next : undefined;
  }

  #remove(isGone: (value: Value) => boolean): Gone[] {
    const gone: Gone[] = [];
    for (const [id, value] of this.#values) {
      if (!isGone(value)) continue;
      this.#values.delete(id);
      this.#length -= value.text.length;
      const { type, by } = value.event;
      gone.push({ type, key: value.key, userId: by.id, number: value.number });
    }
    return gone;
  }
}

/** A value's name in its room. */
export function idOf(type: string, key: string): string {
  return `${type} ${key}`;
}
