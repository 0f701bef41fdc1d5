import { writeFrameHeader } from './frame-bytes.ts';
import type { ItemFrames } from './item-frames.ts';
import type { SubscriberNo, Subscribers } from './subscribers.ts';

/** For whom a chain is written. */
export interface ChainReader {
  readonly subscribers: Subscribers;
  readonly to: SubscriberNo;
  readonly beginnings?: number[];
}

/** What a subscriber got in one turn, item by item. Those who follow the same room get the same: they
 *  stand at the same link, and none of them holds a list, which V8 would have to move around. */
export class Chain {
  readonly #last: ItemFrames | undefined;
  readonly #before: Chain | undefined;
  /** Where the last one went on from here. */
  #next: Chain | undefined;
  #tails: readonly Buffer[] | undefined;

  /** Without arguments: where a turn begins. */
  constructor(last?: ItemFrames, before?: Chain) {
    this.#last = last;
    this.#before = before;
  }

  /** What has one item more. It has a `tail`. */
  with(item: ItemFrames): Chain {
    const next = this.#next;
    if (next && next.#last === item) return next;
    return (this.#next = new Chain(item, this));
  }

  /** Writes a frame for each item, in order. Returns where the last one ends. `beginnings` takes where the text of each
   *  begins. */
  write(bytes: Buffer, from: number, { subscribers, to, beginnings }: ChainReader): number {
    const beginningBytes = subscribers.beginningBytes(to);
    let at = from;
    this.#tails ??= Chain.#tailsOf(this).toReversed();
    for (const tail of this.#tails) {
      at = writeFrameHeader(bytes, at, beginningBytes + tail.length);
      beginnings?.push(at);
      at = subscribers.writeBeginning(bytes, at, to);
      bytes.set(tail, at);
      at += tail.length;
    }
    return at;
  }

  static #tailsOf(end: Chain): Buffer[] {
    const tails: Buffer[] = [];
    let link: Chain | undefined = end;
    while (link) {
      const tail = link.#last?.tail;
      if (tail) tails.push(tail);
      link = link.#before;
    }
    return tails;
  }
}
