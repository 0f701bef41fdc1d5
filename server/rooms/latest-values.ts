import type { RoomEvent } from '../../shared/index.ts';

interface Value {
  readonly event: RoomEvent;
  readonly key: string;
  /** Infinity: never. */
  readonly expiresAt: number;
}

/** A room's latest values: the newest event per type and key. */
export class LatestValues {
  readonly #values = new Map<string, Value>();

  get size(): number {
    return this.#values.size;
  }

  set(key: string, event: RoomEvent, expiresAt: number): void {
    const id = `${event.type} ${key}`;
    this.#values.delete(id);
    this.#values.set(id, { event, key, expiresAt });
  }

  /** All values, the most recently set last. */
  events(): RoomEvent[] {
    return [...this.#values.values()].map(({ event }) => event);
  }

  /** Removes and returns what has expired at `now`. */
  expire(now: number): { type: string; key: string }[] {
    const expired = [];
    for (const [id, { event, key, expiresAt }] of this.#values) {
      if (expiresAt > now) continue;
      this.#values.delete(id);
      expired.push({ type: event.type, key });
    }
    return expired;
  }

  /** When the next value expires, or undefined when none will. */
  nextExpiry(): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#values.values()) next = Math.min(next, expiresAt);
    return Number.isFinite(next) ? next : undefined;
  }
}
