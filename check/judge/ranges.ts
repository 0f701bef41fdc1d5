/** A set of whole numbers that holds runs, not members: what grows from 1 without holes takes one
 *  entry, however long it gets. */
export class Ranges {
  /** Ends by beginnings, both inclusive, in ascending order. */
  #runs: { from: number; to: number }[] = [];

  has(n: number): boolean {
    const run = this.#runs[this.#indexOf(n)];
    return run !== undefined && run.from <= n && n <= run.to;
  }

  add(n: number): void {
    const index = this.#indexOf(n);
    const [before, after] = [this.#runs[index], this.#runs[index + 1]];
    if (before && n <= before.to) return;
    const joinsBefore = before?.to === n - 1;
    const joinsAfter = after?.from === n + 1;
    if (before && after && joinsBefore && joinsAfter) {
      before.to = after.to;
      this.#runs.splice(index + 1, 1);
    } else if (before && joinsBefore) before.to = n;
    else if (after && joinsAfter) after.from = n;
    else this.#runs.splice(index + 1, 0, { from: n, to: n });
  }

  /** How many runs it takes. */
  get size(): number {
    return this.#runs.length;
  }

  /** The last run that begins at or before `n`; -1 when none does. */
  #indexOf(n: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.from ?? 0) <= n) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
