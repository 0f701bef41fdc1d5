const MOST_KEPT = 8;
const MOST_REMOVED = 4;

/** Where the newest messages of one user in one room stand. His writers share it: what one of them edits or
 *  answers another removes meanwhile. */
export class Shelf {
  #kept: readonly string[] = [];
  #removed: readonly string[] = [];
  /** What was edited or answered last. */
  #touched: string | undefined;

  get kept(): readonly string[] {
    return this.#kept;
  }

  /** What was removed last, whether it is done or only asked for. */
  get removed(): readonly string[] {
    return this.#removed;
  }

  /** What was edited or answered last and is not removed, if there is anything. */
  get touched(): readonly string[] {
    return this.#kept.filter((one) => one === this.#touched);
  }

  add(position: string): void {
    this.#kept = [...this.#kept, position].slice(-MOST_KEPT);
  }

  touch(position: string): void {
    this.#touched = position;
  }

  /** It is asked to be removed: nobody asks twice. */
  remove(position: string): void {
    this.#kept = this.#kept.filter((one) => one !== position);
    this.#removed = [...this.#removed, position].slice(-MOST_REMOVED);
  }
}
