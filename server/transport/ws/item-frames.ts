import type { PushItem } from '../../push.ts';
import type { SubscriberNo } from './subscribers.ts';

/** The frames of an item in one turn of the event loop: its text is made once (TRN2). Where frames share a tail they
 *  are written where they leave from; others are made once per request id. */
export class ItemFrames {
  readonly item: PushItem;
  /** The part that its frames share. Unset: the encoder's messages share nothing. */
  readonly tail: Buffer | undefined;
  readonly #whole: (to: SubscriberNo) => Buffer;
  #made: Map<SubscriberNo, Buffer> | undefined;

  /** `whole` makes a frame where there is no `tail`. */
  constructor(item: PushItem, tail: Buffer | undefined, whole: (to: SubscriberNo) => Buffer) {
    this.item = item;
    this.tail = tail;
    this.#whole = whole;
  }

  /** The frame that one of `to` gets, where there is no `tail`. */
  frame(to: SubscriberNo): Buffer {
    const known = this.#made?.get(to);
    if (known) return known;
    const frame = this.#whole(to);
    (this.#made ??= new Map()).set(to, frame);
    return frame;
  }
}
