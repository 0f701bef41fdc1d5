interface Entry<T> {
  readonly item: T;
  at: number;
  older: Entry<T> | undefined;
  newer: Entry<T> | undefined;
}

/** Items in the order in which each was last touched. One that is touched again moves by links: V8's Map keeps what was
 *  deleted in the chain of its key until it makes itself anew, so that one busy key among thousands, deleted and set
 *  again, would cost more with every time. */
export class Recency<T> {
  readonly #entries = new Map<T, Entry<T>>();
  #oldest: Entry<T> | undefined;
  #newest: Entry<T> | undefined;

  get size(): number {
    return this.#entries.size;
  }

  /** The one that was touched before all others. */
  get oldest(): { readonly item: T; readonly at: number } | undefined {
    return this.#oldest;
  }

  /** Touches an item, new or not. `at`: not before that of any other. */
  touch(item: T, at: number): void {
    const known = this.#entries.get(item);
    if (known) this.#unlink(known);
    const entry = known ?? { item, at, older: undefined, newer: undefined };
    if (!known) this.#entries.set(item, entry);
    entry.at = at;
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  delete(item: T): void {
    const entry = this.#entries.get(item);
    if (!entry) return;
    this.#entries.delete(item);
    this.#unlink(entry);
  }

  #unlink({ older, newer }: Entry<T>): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}
