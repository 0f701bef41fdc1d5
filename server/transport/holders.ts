/** What holds a place until it closes: a socket, a WebSocket, the response to a call. */
export interface Holder {
  on(event: 'close', listener: () => void): unknown;
}

/** Who is in, each until it closes, and how many of one key. */
export class Holders<H extends Holder, Owner> {
  readonly #keyOf: (owner: Owner) => string;
  readonly #owners = new Map<H, Owner>();
  readonly #counts = new Map<string, number>();
  // One listener for all: a way out for each would be memory for each.
  readonly #onClose: (this: H) => void;

  /** `keyOf`: what those of one owner are counted under. */
  constructor(keyOf: (owner: Owner) => string) {
    this.#keyOf = keyOf;
    const leave = (holder: H) => this.#leave(holder);
    this.#onClose = function onClose() {
      leave(this);
    };
  }

  get size(): number {
    return this.#owners.size;
  }

  countOf(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Those who are in, and whose they are. */
  all(): ReadonlyMap<H, Owner> {
    return this.#owners;
  }

  /** Lets one in that is open. */
  enter(holder: H, owner: Owner): void {
    const key = this.#keyOf(owner);
    this.#owners.set(holder, owner);
    this.#counts.set(key, this.countOf(key) + 1);
    holder.on('close', this.#onClose);
  }

  #leave(holder: H): void {
    const owner = this.#owners.get(holder);
    if (owner === undefined) return;
    this.#owners.delete(holder);
    const key = this.#keyOf(owner);
    const left = this.countOf(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
