/** Who goes on in the next turn. */
export interface Paced {
  onTurn(): void;
}

/** Counts the turns of the event loop in which anything comes in: one timer for all connections. */
export class Pace {
  #turn = 0;
  #isScheduled = false;
  #waiting: Paced[] = [];
  readonly #run = () => {
    this.#turn += 1;
    this.#isScheduled = false;
    const due = this.#waiting;
    this.#waiting = [];
    for (const one of due) one.onTurn();
  };

  /** The number of this turn. */
  get turn(): number {
    this.#schedule();
    return this.#turn;
  }

  /** Has `one` go on in the next turn, when others have had theirs. */
  later(one: Paced): void {
    this.#waiting.push(one);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#run);
  }
}
