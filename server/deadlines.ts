import type { Clock } from './clock.ts';
import { Recency } from './recency.ts';

/** Calls `onDue` for each item `ms` after it was set, unless it is set again or cleared before: one
 *  timer for all of them, which thousands of connections that each had their own would pay for. */
export class Deadlines<T> {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #onDue: (item: T) => void;
  readonly #readsFirst: boolean;
  readonly #slackMs: number;
  /** When each was set. As all have the same time, the order of setting is the order of being due. */
  readonly #set = new Recency<T>();
  /** Due, and called for when what lies unread has been read. */
  readonly #overdue = new Set<T>();
  #cancel: (() => void) | undefined;

  /** `readsFirst`: an item is called for one turn later, unless it is set again or cleared by what is read in
   *  it: after a stall of ours that may have come in time. Default: at once. `slackMs`: how much later than that an
   *  item may be called for, in milliseconds, so that those whose times lie so close are called for together, default
   *  0: to wake for each costs more than what is done then. */
  constructor(options: {
    clock: Clock;
    ms: number;
    onDue: (item: T) => void;
    readsFirst?: boolean;
    slackMs?: number;
  }) {
    this.#clock = options.clock;
    this.#ms = options.ms;
    this.#onDue = options.onDue;
    this.#readsFirst = options.readsFirst ?? false;
    this.#slackMs = options.slackMs ?? 0;
  }

  /** Starts an item's time, anew if it was set. */
  set(item: T): void {
    this.#overdue.delete(item);
    this.#set.touch(item, this.#clock.elapsed());
    if (!this.#cancel) this.#wait(this.#ms);
  }

  clear(item: T): void {
    this.#overdue.delete(item);
    this.#set.delete(item);
    if (this.#set.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #wait(ms: number): void {
    // One that is called for may have been set again, and wait for longer than this.
    this.#cancel?.();
    this.#cancel = this.#clock.after(Math.max(0, ms), () => this.#look());
  }

  #look(): void {
    this.#cancel = undefined;
    const now = this.#clock.elapsed();
    for (let next = this.#set.oldest; next; next = this.#set.oldest) {
      const { item, at } = next;
      const leftMs = at + this.#ms - now;
      if (leftMs > 0) return this.#wait(Math.max(leftMs, this.#slackMs));
      this.#set.delete(item);
      if (this.#readsFirst) this.#dueSoon(item);
      else this.#onDue(item);
    }
  }

  #dueSoon(item: T): void {
    this.#overdue.add(item);
    setImmediate(() => {
      if (this.#overdue.delete(item)) this.#onDue(item);
    });
  }
}
