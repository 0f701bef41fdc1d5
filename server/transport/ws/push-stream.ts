import {
  PUSH,
  type PushControl,
  type PushItem,
  type PushSource,
  type PushTogether,
} from '../../push.ts';
import type { Tally } from '../../tally.ts';
import type { Addressee } from './addressee.ts';
import type { DirectSink } from './direct-crowd.ts';
import type { Envelopes } from './envelope.ts';
import type { Outbound } from './outbound.ts';
import type { Waiter } from './waiters.ts';
import type { SubscriberNo } from './subscribers.ts';

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
export class PushStream implements DirectSink, Waiter {
  readonly #outbound: Outbound;
  readonly to: SubscriberNo;
  /** Among direct writes, while `together` is set. */
  readonly place: number;
  readonly together: PushTogether | undefined;
  readonly #envelopes: Envelopes;
  readonly #tally: Tally;
  readonly #owner: PushOwner;
  #control: PushControl | undefined;
  #isOver = false;

  constructor({ outbound, envelopes, tally }: PushTarget, to: Addressee, owner: PushOwner) {
    const { place, together } = outbound;
    this.#outbound = outbound;
    this.to = envelopes.subscribers.join(to);
    this.place = place;
    this.together = together;
    this.#envelopes = envelopes;
    this.#tally = tally;
    this.#owner = owner;
  }

  /** Starts the stream. What cannot start is over. */
  open(source: PushSource): void {
    this.#outbound.wait(this);
    try {
      const control = source[PUSH](this);
      // It may have ended while it started.
      if (this.#isOver) control.stop();
      else this.#control = control;
    } catch (error) {
      this.end(error);
    }
  }

  hasRoom(): boolean {
    return this.#outbound.hasRoom();
  }

  push(item: PushItem): boolean {
    const [outbound, envelopes] = [this.#outbound, this.#envelopes];
    if (outbound.takesFrames) outbound.sendItem(envelopes, item, this.to);
    else outbound.send(envelopes.item(item, envelopes.subscribers.addressee(this.to)));
    this.#tally.deliveries += 1;
    return !outbound.isFull;
  }

  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outbound.waitNoMore(this);
    this.#envelopes.subscribers.leave(this.to);
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
