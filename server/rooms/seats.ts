/** Counts seats by whose they are. */
export class Seats {
  readonly #counts = new Map<string, number>();

  take(owner: string): void {
    this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1);
  }

  /** Gives one seat back. True when it was the owner's last. */
  give(owner: string): boolean {
    const left = (this.#counts.get(owner) ?? 0) - 1;
    if (left > 0) this.#counts.set(owner, left);
    else this.#counts.delete(owner);
    return left <= 0;
  }
}
