// So many are looked through faster than a set is made.
const FEW = 8;

/** The objects that a walk has come by. */
export class SeenObjects {
  readonly #few: object[] = [];
  #many: Set<object> | undefined;

  /** Notes one. False: it has been here before. */
  add(value: object): boolean {
    if (this.#has(value)) return false;
    if (this.#few.length < FEW) this.#few.push(value);
    else (this.#many ??= new Set()).add(value);
    return true;
  }

  #has(value: object): boolean {
    return this.#few.includes(value) || this.#many?.has(value) === true;
  }
}
