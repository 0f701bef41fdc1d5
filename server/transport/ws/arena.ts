const SLAB_BYTES = 256 * 1024;
const SLABS = 16;

/** How much memory is used again. */
export interface ArenaOptions {
  /** Of one slab, in bytes; larger pieces get memory of their own. Default 256 KiB. */
  readonly slabBytes?: number;
  /** How many slabs stay from one turn to the next (count). Default 16. */
  readonly slabs?: number;
}

/** Memory for pieces that live for one turn: the same bytes turn after turn, as much as the largest turn so far has
 *  needed. Fresh buffers lie outside of V8's heap, and enough of them make it collect a heap that has no garbage. */
export class Arena {
  readonly #slabBytes: number;
  readonly #most: number;
  #slabs: Buffer[] = [];
  /** The slab that is being filled, and how far. */
  #at = 0;
  #used = 0;

  constructor({ slabBytes = SLAB_BYTES, slabs = SLABS }: ArenaOptions = {}) {
    this.#slabBytes = slabBytes;
    this.#most = slabs;
  }

  /** A piece of that length, with whatever was in it. Valid until `reset`, unless `keep` is called before. */
  take(length: number): Buffer {
    if (length > this.#slabBytes) return Buffer.allocUnsafeSlow(length);
    if (this.#used + length > this.#slabBytes) {
      this.#at += 1;
      this.#used = 0;
    }
    const slab = (this.#slabs[this.#at] ??= Buffer.allocUnsafeSlow(this.#slabBytes));
    const from = this.#used;
    this.#used += length;
    return slab.subarray(from, this.#used);
  }

  /** Somebody still needs this piece: its slab is not used again. */
  keep(piece: Buffer): void {
    const no = this.#slabs.findIndex(({ buffer }) => buffer === piece.buffer);
    if (no < 0) return;
    this.#slabs.splice(no, 1);
    // What is being filled has moved up, or goes on in a slab of its own.
    if (no < this.#at) this.#at -= 1;
    else if (no === this.#at) this.#used = 0;
  }

  /** The turn is over. */
  reset(): void {
    if (this.#slabs.length > this.#most) this.#slabs = this.#slabs.slice(0, this.#most);
    this.#at = 0;
    this.#used = 0;
  }
}
