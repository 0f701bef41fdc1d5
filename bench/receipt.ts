/** What one follower was given of numbered messages: each of them once and in order, or not. */
export class Receipt {
  #seen: boolean[] = [];
  #last = -1;
  /** Different ones that came. */
  received = 0;
  /** Those that came again. */
  repeated = 0;
  /** Those that came for the first time, but after a later one. */
  reordered = 0;

  add(number: number): void {
    if (this.#seen[number]) {
      this.repeated += 1;
      return;
    }
    this.#seen[number] = true;
    this.received += 1;
    if (number < this.#last) this.reordered += 1;
    else this.#last = number;
  }
}
