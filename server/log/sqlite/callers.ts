// Fewer share too little of a commit to pay for it with their time.
const FEWEST = 8;
// Of those who were waited for in vain nobody is waited for in the next batches: twice as many each time.
const MOST_PASSES = 64;

/** Who calls the log together. Callers that wait for their acks come back together once they have them; others
 *  only happened to be there at once, and to wait for them is in vain. Which it is shows when they were waited for. */
export class Callers {
  /** When the last batch was answered: its own, and those who had come meanwhile. */
  #expected = 0;
  /** Batches that nobody is waited for yet, and how many it will be after the next wait in vain. */
  #passes = 0;
  #penalty = 1;

  /** A batch of `size` was answered, and `waiting` came while it was under way. */
  answered(size: number, waiting: number): void {
    this.#expected = size + waiting;
    this.#passes = Math.max(0, this.#passes - 1);
  }

  /** Nobody is waited for before the next batch. */
  forget(): void {
    this.#expected = 0;
  }

  /** May `waiting` soon be more? `most`: a batch has no room for more than that. */
  areAwaited(waiting: number, most: number): boolean {
    if (this.#passes > 0 || this.#expected < FEWEST) return false;
    return waiting < Math.min(this.#expected, most);
  }

  /** They were waited for, and `waiting` are there. Nobody is kept waiting twice. */
  waited(waiting: number): void {
    const areBack = waiting >= (this.#expected * 7) / 8;
    this.#passes = areBack ? 0 : this.#penalty;
    this.#penalty = areBack ? 1 : Math.min(MOST_PASSES, 2 * this.#penalty);
    this.forget();
  }
}
