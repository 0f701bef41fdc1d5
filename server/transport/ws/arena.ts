const BYTES = 4 * 1024 * 1024;

/** Memory for pieces that live for one turn: the same bytes turn after turn, as long as nobody keeps any.
 *  Fresh buffers lie outside of V8's heap, and enough of them make it collect a heap that has no garbage. */
export class Arena {
  readonly #bytes: number;
  #slab: Buffer | undefined;
  #used = 0;
  #isKept = false;

  /** `bytes`: of one slab; larger pieces get memory of their own. Default 4 MiB, taken when first used. */
  constructor(bytes: number = BYTES) {
    this.#bytes = bytes;
  }

  /** A piece of that length, with whatever was in it. Valid until `reset`, unless `keep` is called before. */
  take(length: number): Buffer {
    if (length > this.#bytes) return Buffer.allocUnsafeSlow(length);
    if (!this.#slab || this.#used + length > this.#bytes) {
      // What was handed out of the full one is still good: it is only not used again.
      this.#slab = Buffer.allocUnsafeSlow(this.#bytes);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    return this.#slab.subarray(from, this.#used);
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
}
