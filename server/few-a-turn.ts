/** Lets so many through in one turn of the event loop and the others, in their order, in the next ones: between two
 *  turns everybody else is heard. */
export class FewATurn {
  readonly #most: number;
  #begun = 0;
  #waiting: (() => void)[] = [];
  #isScheduled = false;
  readonly #onTurn = () => {
    this.#isScheduled = false;
    const due = this.#waiting.splice(0, this.#most);
    this.#begun = due.length;
    if (due.length > 0) this.#schedule();
    for (const begin of due) begin();
  };

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves, or returns, when it is the caller's turn. */
  take(): void | Promise<void> {
    this.#schedule();
    if (this.#begun >= this.#most) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#begun += 1;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#onTurn);
  }
}
