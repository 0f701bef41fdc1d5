/** What can be flushed. */
export interface Flushable {
  flush(): void;
}

/** Flushes what was written in one turn of the event loop at its end, all connections together
 *  (TRN3): one timer for all of them, one write for each. */
export class FlushQueue {
  #waiting: Flushable[] = [];
  readonly #run = () => {
    const due = this.#waiting;
    this.#waiting = [];
    for (const one of due) one.flush();
  };

  /** Has `one` flushed at the end of this turn. The caller asks once per turn. */
  add(one: Flushable): void {
    if (this.#waiting.push(one) === 1) setImmediate(this.#run);
  }
}
