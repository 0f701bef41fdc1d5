import type { Clock } from './clock.ts';

/** Calls `onDue` for each item `ms` after it was set, unless it is set again or cleared before: one
 *  timer for all of them, which thousands of connections that each had their own would pay for. */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onDue: (item: T) => void;
  /** When each is due. As all have the same time, the order of setting is the order of being due. */
  readonly #dueAt = new Map<T, number>();
  #cancel: (() => void) | undefined;

  constructor(options: { clock: Clock; ms: number; onDue: (item: T) => void }) {
    this.#clock = options.clock;
    this.#ms = options.ms;
    this.#onDue = options.onDue;
  }

  /** Starts an item's time, anew if it was set. */
  set(item: T): void {
    this.#dueAt.delete(item);
    this.#dueAt.set(item, this.#clock.now() + this.#ms);
    if (!this.#cancel) this.#wait(this.#ms);
  }

  clear(item: T): void {
    this.#dueAt.delete(item);
    if (this.#dueAt.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(ms: number): void {
    this.#cancel = this.#clock.after(Math.max(0, ms), () => this.#look());
  }

  #look(): void {
    this.#cancel = undefined;
    const now = this.#clock.now();
    for (const [item, dueAt] of this.#dueAt) {
      if (dueAt > now) {
        // A clock that was set back must not make anybody wait for longer than his time.
        this.#cancel ??= this.#clock.after(Math.min(dueAt - now, this.#ms), () => this.#look());
        return;
      }
      this.#dueAt.delete(item);
      this.#onDue(item);
    }
  }
}
