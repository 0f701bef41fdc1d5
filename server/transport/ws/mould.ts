import type { Subscriber } from './addressee.ts';
import type { Chain } from './chain.ts';
import { writeJoined } from './frame-bytes.ts';
import { copyOf } from './lender.ts';

/** The frames of a chain for all to whom a reply begins with as many bytes: they lie there once, and those few bytes are
 *  written anew for each. So what thousands get is read from where it was a moment ago. */
export class Mould {
  readonly #bytes: Buffer;
  /** Where the beginnings lie. */
  readonly #beginnings: number[] = [];
  #to: Subscriber;
  #copies: Map<Subscriber, Buffer> | undefined;

  /** `bytes`: as many as the frames have. */
  constructor(chain: Chain, to: Subscriber, bytes: Buffer) {
    this.#bytes = bytes;
    this.#to = to;
    let at = 0;
    for (const tail of chain.tails) {
      at = writeJoined(bytes, at, to.beginning, tail);
      this.#beginnings.push(at - tail.length - to.beginning.length);
    }
  }

  /** What one of them gets, until it is asked for another. */
  for(to: Subscriber): Buffer {
    if (to === this.#to) return this.#bytes;
    this.#to = to;
    for (const at of this.#beginnings) writeOver(this.#bytes, at, to.beginning);
    return this.#bytes;
  }

  /** Is this what it hands out? */
  isIn(bytes: Buffer): boolean {
    return bytes === this.#bytes;
  }

  /** What it was last asked for, in memory of its own: one copy for all who ask. */
  copy(): Buffer {
    const known = this.#copies?.get(this.#to);
    if (known) return known;
    const copy = copyOf(this.#bytes);
    (this.#copies ??= new Map()).set(this.#to, copy);
    return copy;
  }
}

// Some ten bytes: a call of `set` costs several times as much.
function writeOver(bytes: Buffer, from: number, text: Buffer): void {
  for (let at = 0; at < text.length; at += 1) bytes[from + at] = text[at] ?? 0;
}
