/** Does what is asked for the same key one after the other, in the order of asking. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const working = before.then(work, work);
    this.#last.set(key, working);
    try {
      return await working;
    } finally {
      if (this.#last.get(key) === working) this.#last.delete(key);
    }
  }
}
