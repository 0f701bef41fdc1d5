import {
  PUSH,
  type PushControl,
  type PushItem,
  type PushSink,
  type PushSource,
} from '../../push.ts';
import type { Tally } from '../../tally.ts';
import type { Addressee, Subscriber } from './addressee.ts';
import type { Envelopes } from './envelope.ts';
import type { Outbound, Waiter } from './outbound.ts';

/** What a push path ends at. */
export interface PushTarget {
  readonly outbound: Outbound;
  readonly envelopes: Envelopes;
  readonly tally: Tally;
}

/** Who is told, once, that a push path is over: with what it failed with, or undefined. */
export interface PushOwner {
  onPushEnd(error: unknown): void;
}

/** A subscription whose stream pushes: no promise per item, and it pauses while the connection is
 *  full. No promise waits for its end either: subscriptions are what a connection is made of. */
export class PushStream implements PushSink, Waiter {
  readonly #target: PushTarget;
  readonly #to: Subscriber;
  readonly #owner: PushOwner;
  #control: PushControl | undefined;
  #isOver = false;

  constructor(target: PushTarget, to: Addressee, owner: PushOwner) {
    this.#target = target;
    this.#to = target.envelopes.join(to);
    this.#owner = owner;
  }

  /** Starts the stream. */
  open(source: PushSource): void {
    this.#target.outbound.wait(this);
    const control = source[PUSH](this);
    // It may have ended while it started.
    if (this.#isOver) control.stop();
    else this.#control = control;
  }

  push(item: PushItem): boolean {
    const { outbound, envelopes, tally } = this.#target;
    if (outbound.takesFrames) outbound.sendItem(envelopes, item, this.#to);
    else outbound.send(envelopes.item(item, this.#to));
    tally.deliveries += 1;
    return !outbound.isFull;
  }

  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { outbound, envelopes } = this.#target;
    outbound.waitNoMore(this);
    envelopes.leave(this.#to);
    this.#owner.onPushEnd(error);
  }

  /** The reader wants no more. */
  stop(): void {
    const control = this.#control;
    this.end();
    control?.stop();
  }

  onRoom(): void {
    this.#control?.resume();
  }
}
