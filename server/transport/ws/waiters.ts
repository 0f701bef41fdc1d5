/** Who waits for room: told whenever there may be some again. */
export interface Waiter {
  onRoom(): void;
}

const NOBODY: readonly Waiter[] = [];

/** All who wait for room on one connection: few, as a rule one. */
export class Waiters {
  #all: readonly Waiter[] = NOBODY;

  add(waiter: Waiter): void {
    // `concat` makes an array of just that size; a spread leaves room for sixteen more.
    this.#all = this.#all.concat(waiter);
  }

  delete(waiter: Waiter): void {
    this.#all = this.#all.filter((other) => other !== waiter);
  }

  /** One after the other, until one of them has filled it: next time it is the turn of who comes after him. */
  tell(isFull: () => boolean): void {
    for (const waiter of this.#all) {
      if (isFull()) return this.#beginWith(waiter);
      waiter.onRoom();
    }
  }

  #beginWith(waiter: Waiter): void {
    const at = this.#all.indexOf(waiter);
    if (at > 0) this.#all = this.#all.slice(at).concat(this.#all.slice(0, at));
  }
}
