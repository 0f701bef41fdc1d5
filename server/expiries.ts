import type { Clock } from './clock.ts';

/** Calls `onDue` for each item at its own time, unless it is cleared before: one timer for all of them.
 *  Items that are due at the same moment, as tokens by the second are, share a place. */
export class Expiries<T> {
  readonly #clock: Clock;
  readonly #onDue: (item: T) => void;
  readonly #times = new Map<T, number>();
  readonly #items = new Map<number, Set<T>>();
  /** For when the timer is set. Infinity: it is not. */
  #next = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(clock: Clock, onDue: (item: T) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Has an item called for at a time, in milliseconds since 1970; in the past: as soon as may be. */
  set(item: T, at: number): void {
    this.clear(item);
    this.#times.set(item, at);
    const items = this.#items.get(at) ?? new Set<T>();
    this.#items.set(at, items.add(item));
    if (at < this.#next) this.#wait(at);
  }

  clear(item: T): void {
    const at = this.#times.get(item);
    if (at === undefined) return;
    this.#times.delete(item);
    const items = this.#items.get(at);
    items?.delete(item);
    if (items?.size === 0) this.#items.delete(at);
    if (this.#times.size === 0) this.#wait(Number.POSITIVE_INFINITY);
  }

  #wait(at: number): void {
    this.#cancel();
    this.#next = at;
    if (at === Number.POSITIVE_INFINITY) this.#cancel = () => {};
    else this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    const due = [...this.#items].filter(([at]) => at <= now);
    for (const item of due.flatMap(([, items]) => [...items])) {
      this.clear(item);
      this.#onDue(item);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const at of this.#items.keys()) next = Math.min(next, at);
    this.#wait(next);
  }
}
