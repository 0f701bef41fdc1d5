import type { Clock } from './clock.ts';
import { Turns } from './turns.ts';

/** Joins what is asked for the same key within a time into one piece of work: it is done once, at the end
 *  of that time, for all who asked. Work for one key is done in the order of asking, never at once. */
export class Joiner<T> {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #waiting = new Map<string, Promise<T>>();
  readonly #turns = new Turns();

  constructor(clock: Clock, withinMs: number) {
    this.#clock = clock;
    this.#withinMs = withinMs;
  }

  /** The outcome of `work`, or of the same that somebody else has asked for already. */
  ask(key: string, work: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(key);
    if (waiting) return waiting;
    const time = new Promise<void>((resolve) => {
      this.#clock.after(this.#withinMs, () => {
        // Who asks from here on may have changed what the work has looked at.
        this.#waiting.delete(key);
        resolve();
      });
    });
    const done = time.then(() => this.#turns.take(key, work));
    this.#waiting.set(key, done);
    return done;
  }
}
