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
import type { Outbound } from './outbound.ts';
import type { Waiter } from './waiters.ts';

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
  // Not the target itself: each item would look there first.
  readonly #outbound: Outbound;
  readonly #to: Subscriber;
  readonly #envelopes: Envelopes;
  readonly #tally: Tally;
  readonly #owner: PushOwner;
  #control: PushControl | undefined;
  #isOver = false;

  constructor({ outbound, envelopes, tally }: PushTarget, to: Addressee, owner: PushOwner) {
    this.#outbound = outbound;
    this.#to = envelopes.join(to);
    this.#envelopes = envelopes;
    this.#tally = tally;
    this.#owner = owner;
  }

  /** Starts the stream. */
  open(source: PushSource): void {
    this.#outbound.wait(this);
    const control = source[PUSH](this);
    // It may have ended while it started.
    if (this.#isOver) control.stop();
    else this.#control = control;
  }

  hasRoom(): boolean {
    return this.#outbound.hasRoom();
  }

  push(item: PushItem): boolean {
    const outbound = this.#outbound;
    if (outbound.takesFrames) outbound.sendItem(this.#envelopes, item, this.#to);
    else outbound.send(this.#envelopes.item(item, this.#to));
    this.#tally.deliveries += 1;
    return !outbound.isFull;
  }

  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outbound.waitNoMore(this);
    this.#envelopes.leave(this.#to);
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
