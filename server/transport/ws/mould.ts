import type { Chain } from './chain.ts';
import { copyOf } from './lender.ts';
import type { SubscriberNo, Subscribers } from './subscribers.ts';

/** The frames of a chain for all to whom a reply begins with as many bytes: they lie there once, and those few bytes are
 *  written anew for each. So what thousands get is read from where it was a moment ago. */
export class Mould {
  readonly #subscribers: Subscribers;
  readonly #bytes: Buffer;
  /** Where the beginnings lie. */
  readonly #beginnings: number[] = [];
  #to: SubscriberNo;
  #copies: Map<SubscriberNo, Buffer> | undefined;

  /** `bytes`: as many as the frames have. */
  constructor(chain: Chain, subscribers: Subscribers, to: SubscriberNo, bytes: Buffer) {
    this.#subscribers = subscribers;
    this.#bytes = bytes;
    this.#to = to;
    chain.write(bytes, 0, { subscribers, to, beginnings: this.#beginnings });
  }

  /** What one of them gets, until it is asked for another. */
  for(to: SubscriberNo): Buffer {
    if (to === this.#to) return this.#bytes;
    this.#to = to;
    for (const at of this.#beginnings) this.#subscribers.writeBeginning(this.#bytes, at, to);
    return this.#bytes;
  }

  /** What the one gets that it was last asked for. */
  get bytes(): Buffer {
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
