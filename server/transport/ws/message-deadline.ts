import type { Duplex } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { Deadlines } from '../../deadlines.ts';
import { FrameWalk } from './frame-walk.ts';

/** What a deadline is made from. */
export interface MessageDeadlineOptions {
  /** How long a message may take from its first byte to its last, in milliseconds. Infinity: for ever. */
  readonly messageMs: number;
  readonly clock: Clock;
  /** Hears of each connection that is cut. */
  readonly onLate?: (() => void) | undefined;
}

/** A message that is not complete. */
interface Begun {
  readonly socket: Duplex;
  readonly walk: FrameWalk;
}

/** Cuts connections on which a message was begun and did not come to its end in time (TRN5). Who is within
 *  no message costs nothing but a look at the headers: no timer, no memory. One timer for all others. */
export class MessageDeadline {
  readonly #options: MessageDeadlineOptions;
  readonly #begun = new Map<Duplex, Begun>();
  readonly #deadlines: Deadlines<Begun>;
  readonly #onData: (this: Duplex, chunk: Buffer) => void;
  readonly #onClose: (this: Duplex) => void;
  /** For whoever is within no message: kept by him only when a chunk ends inside of one. */
  #spare = new FrameWalk();

  constructor(options: MessageDeadlineOptions) {
    this.#options = options;
    const { clock, messageMs: ms } = options;
    const onDue = (begun: Begun) => this.#cut(begun);
    // After a stall the rest of the message may lie in the kernel.
    this.#deadlines = new Deadlines({ clock, ms, onDue, readsFirst: true });
    const take = (socket: Duplex, chunk: Buffer) => this.take(socket, chunk);
    const forget = (socket: Duplex) => this.#forget(socket);
    // One listener for all sockets: a closure for each would be memory for each.
    this.#onData = function onData(chunk) {
      take(this, chunk);
    };
    this.#onClose = function onClose() {
      forget(this);
    };
  }

  /** Watches a socket from the end of its upgrade on: `ws` must be reading it already, and have read
   *  nothing yet. */
  watch(socket: Duplex): void {
    if (this.#isNeeded) socket.on('data', this.#onData);
  }

  /** Takes what a socket has read that is not watched. What is one whole message need not come here. */
  take(socket: Duplex, chunk: Buffer): void {
    if (!this.#isNeeded) return;
    const begun = this.#begun.get(socket);
    const walk = begun?.walk ?? this.#spare;
    const state = walk.take(chunk);
    if (state === 'same' || (state === 'whole' && !begun)) return;
    // Nothing is known of it any more, and ws closes it (1002).
    if (state === 'broken') socket.off('data', this.#onData);
    if (begun) this.#forget(socket);
    if (state === 'begun') this.#remember(socket, walk);
    else if (state === 'broken' && !begun) this.#spare = new FrameWalk();
  }

  get #isNeeded(): boolean {
    return Number.isFinite(this.#options.messageMs);
  }

  #remember(socket: Duplex, walk: FrameWalk): void {
    if (walk === this.#spare) this.#spare = new FrameWalk();
    const begun = { socket, walk };
    this.#begun.set(socket, begun);
    this.#deadlines.set(begun);
    socket.once('close', this.#onClose);
  }

  #forget(socket: Duplex): void {
    const begun = this.#begun.get(socket);
    if (begun) this.#deadlines.clear(begun);
    this.#begun.delete(socket);
    socket.off('close', this.#onClose);
  }

  #cut({ socket }: Begun): void {
    this.#forget(socket);
    this.#options.onLate?.();
    // No close frame: a peer within a message is in no state to answer one. It sees 1006 and comes back.
    socket.destroy();
  }
}
