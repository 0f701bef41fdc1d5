/** A list that grows at its end and loses its beginning, each at the same price whatever it holds. An
 *  array moves all of its items up when it loses the first. */
export class TailList<T> {
  #items: T[] = [];
  /** Where it begins now. What lies before is forgotten once it is the larger part. */
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
    this.#from += Math.min(count, this.length);
    if (this.#from <= this.#items.length / 2) return;
    this.#items = this.#items.slice(this.#from);
    this.#from = 0;
  }

  /** From `start` on, up to `end` and without it. */
  slice(start = 0, end: number = this.length): T[] {
    return this.#items.slice(this.#from + start, this.#from + Math.min(end, this.length));
  }
}
