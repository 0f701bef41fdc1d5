/** A list that grows at its end and loses its beginning, each at the same price on average, whatever it
 *  holds. An array moves all of its items up when it loses the first. */
export class TailList<T> {
  #items: (T | undefined)[] = [];
  /** Where it begins now. The places before it are empty, and given back once they are the larger part. */
  #from = 0;

  get length(): number {
    return this.#items.length - this.#from;
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#from + index];
  }

  /** Puts another item in the place of one. */
  replace(index: number, item: T): void {
    if (index < 0 || index >= this.length) throw new RangeError('tail-list: no such item');
    this.#items[this.#from + index] = item;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Forgets the first `count`, or all. */
  drop(count: number): void {
    const from = this.#from;
    this.#from += Math.min(count, this.length);
    // What is dropped must not live on in a list that loses no more.
    this.#items.fill(undefined, from, this.#from);
    if (this.#from <= this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#from);
    this.#from = 0;
  }

  /** From `start` on, up to `end` and without it. */
  slice(start = 0, end: number = this.length): T[] {
    const items = this.#items.slice(this.#from + start, this.#from + Math.min(end, this.length));
    // Only what was dropped is empty.
    return items as T[];
  }
}
