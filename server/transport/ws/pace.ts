/** Who goes on in the next turn. */
export interface Paced {
  onTurn(): void;
}

/** Has those who have had enough of a turn of the event loop go on in the next one, when others have had theirs. */
export class Pace {
  #waiting: Paced[] = [];
  readonly #run = () => {
    const due = this.#waiting;
    this.#waiting = [];
    for (const one of due) one.onTurn();
  };

  later(one: Paced): void {
    if (this.#waiting.push(one) === 1) setImmediate(this.#run);
  }
}
