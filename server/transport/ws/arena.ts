const FIRST_BYTES = 256 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;

/** How big a slab is, in bytes. */
export interface ArenaOptions {
  /** The first one, made when it is first used. Default 256 KiB. */
  readonly first?: number;
  /** The biggest; larger pieces get memory of their own. Default 4 MiB. */
  readonly most?: number;
}

/** Memory for pieces that live for one turn: the same bytes turn after turn, as long as nobody keeps any.
 *  Fresh buffers lie outside of V8's heap, and enough of them make it collect a heap that has no garbage. Where a
 *  turn needs more than there is, there is twice as much from then on. */
export class Arena {
  readonly #most: number;
  #bytes: number;
  #slab: Buffer | undefined;
  #used = 0;
  #isKept = false;

  constructor({ first = FIRST_BYTES, most = MOST_BYTES }: ArenaOptions = {}) {
    this.#bytes = Math.min(first, most);
    this.#most = most;
  }

  /** A piece of that length, with whatever was in it. Valid until `reset`, unless `keep` is called before. */
  take(length: number): Buffer {
    if (length > this.#most) return Buffer.allocUnsafeSlow(length);
    const slab = this.#slabFor(length);
    const from = this.#used;
    this.#used += length;
    return slab.subarray(from, this.#used);
  }

  /** Somebody still needs a piece of this turn: its slab is not used again. */
  keep(): void {
    this.#isKept = true;
  }

  /** The turn is over. */
  reset(): void {
    this.#used = 0;
    if (!this.#isKept) return;
    this.#slab = undefined;
    this.#isKept = false;
  }

  #slabFor(length: number): Buffer {
    if (this.#slab && this.#used + length <= this.#slab.length) return this.#slab;
    if (this.#slab) this.#grow();
    while (this.#bytes < length) this.#grow();
    // What was handed out of the full one is still good: it is only not used again.
    this.#used = 0;
    return (this.#slab = Buffer.allocUnsafeSlow(this.#bytes));
  }

  #grow(): void {
    this.#bytes = Math.min(2 * this.#bytes, this.#most);
  }
}
