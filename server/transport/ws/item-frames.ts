import type { PushItem } from '../../push.ts';
import type { Subscriber } from './addressee.ts';
import { joinedFrame } from './frame-bytes.ts';

/** The frames of an item in one turn of the event loop: its text is made once, its frame once per
 *  request id (TRN2). */
export class ItemFrames {
  readonly item: PushItem;
  /** The part that its frames share. Unset: the encoder's messages share nothing. */
  readonly tail: Buffer | undefined;
  readonly #whole: (to: Subscriber) => Buffer;
  #made: Map<Subscriber, Buffer> | undefined;

  /** `whole` makes a frame where there is no `tail`. */
  constructor(item: PushItem, tail: Buffer | undefined, whole: (to: Subscriber) => Buffer) {
    this.item = item;
    this.tail = tail;
    this.#whole = whole;
  }

  /** The frame that one of `to` gets. */
  frame(to: Subscriber): Buffer {
    const known = this.#made?.get(to);
    if (known) return known;
    const frame = this.tail ? joinedFrame(to.beginning, this.tail) : this.#whole(to);
    (this.#made ??= new Map()).set(to, frame);
    return frame;
  }
}
