import type { RoomEvent } from '../../shared/index.ts';

/** A value that is no more. */
export interface Gone {
  readonly type: string;
  readonly key: string;
}

interface Value {
  readonly event: RoomEvent;
  readonly key: string;
  /** Whose value it is: it goes when that member or user does. Unset: the room's. */
  readonly owner: string | undefined;
  /** Infinity: never. */
  readonly expiresAt: number;
}

/** A room's latest values: the newest event per type and key, at most `maxValues`. */
export class LatestValues {
  readonly #values = new Map<string, Value>();
  readonly #maxValues: number;

  constructor(maxValues: number) {
    this.#maxValues = maxValues;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Sets a value. Returns what had to go for it: the one set longest ago. */
  set(value: Value): Gone[] {
    const id = `${value.event.type} ${value.key}`;
    this.#values.delete(id);
    this.#values.set(id, value);
    if (this.#values.size <= this.#maxValues) return [];
    const [oldest] = this.#values.values();
    return this.#remove((one) => one === oldest);
  }

  /** All values, the most recently set last. */
  events(): RoomEvent[] {
    return [...this.#values.values()].map(({ event }) => event);
  }

  /** Removes and returns what has expired at `now`. */
  expire(now: number): Gone[] {
    return this.#remove(({ expiresAt }) => expiresAt <= now);
  }

  /** Removes and returns what belonged to somebody who has left. */
  leave(owner: string): Gone[] {
    return this.#remove((value) => value.owner === owner);
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
      gone.push({ type: value.event.type, key: value.key });
    }
    return gone;
  }
}
