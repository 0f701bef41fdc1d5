import { Arena } from './arena.ts';
import type { Chain } from './chain.ts';
import { copyOf, type Lender } from './lender.ts';
import { Mould } from './mould.ts';
import { Subscribers, type SubscriberNo } from './subscribers.ts';

/** What can be flushed. */
export interface Flushable {
  flush(): void;
}

/** Part of what is written at once: a frame, or what a subscriber got. */
export type Part = Buffer | { readonly chain: Chain; readonly to: SubscriberNo };

/** By how many bytes a reply begins with. */
export type Moulds = (Mould | undefined)[];

// To have a run.
const NOTHING: Flushable = { flush: () => {} };

/** Flushes what was written in one turn of the event loop at its end, all connections together
 *  (TRN3): one timer for all of them, one write for each. */
export class FlushQueue implements Lender {
  /** Those for whom chains are written. */
  readonly subscribers = new Subscribers(() => this.add(NOTHING));
  #waiting: (Flushable | undefined)[] = [];
  #count = 0;
  /** Takes turns with what waits: an array that begins anew grows anew, at each turn. */
  #spare: (Flushable | undefined)[] = [];
  /** What is written in this run of each chain, by how many bytes a reply begins with. Anew for each run: a Map that is
   *  cleared and grows old has V8 keep all that it ever held until it looks through the whole heap. */
  #moulds: Map<Chain, Moulds> | undefined;
  /** Of the chain that was last asked for: as a rule it is asked for again. */
  #last: { readonly chain: Chain; readonly moulds: Moulds } | undefined;
  /** What was last handed out. */
  #lent: Mould | undefined;
  readonly #arena = new Arena();
  #isRunning = false;
  readonly #run = () => {
    const due = this.#waiting;
    const count = this.#count;
    this.#waiting = this.#spare;
    this.#spare = due;
    this.#count = 0;
    let done = 0;
    this.#isRunning = true;
    try {
      while (done < count) {
        const one = due[done];
        done += 1;
        one?.flush();
      }
      this.subscribers.endRun();
    } finally {
      this.#endRun();
      // One that throws takes nobody else's frames with it.
      for (const one of due.slice(done, count)) if (one) this.add(one);
      // Nobody is held who may have gone.
      due.fill(undefined, 0, count);
    }
  };

  #endRun(): void {
    this.#isRunning = false;
    this.#forget();
    this.#arena.reset();
  }

  /** Is what was written being flushed? What comes now is flushed with the next turn. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Has `one` flushed at the end of this turn. More than once does no harm. */
  add(one: Flushable): void {
    if (this.#count === 0) setImmediate(this.#run);
    this.#waiting[this.#count] = one;
    this.#count += 1;
  }

  #forget(): void {
    this.#last = undefined;
    this.#moulds = undefined;
    this.#lent = undefined;
  }

  /** All frames of a chain, `length` bytes, for one subscriber. Those who stand at the same link, as followers of a
   *  room do, share their memory: good until it is asked for another. `keep` says that it is needed longer. */
  bytesOf(chain: Chain, to: SubscriberNo, length: number): Buffer {
    // Between two runs nothing would forget it.
    if (!this.#isRunning) return this.join([{ chain, to }], length);
    const mould = this.mouldsOf(chain)[this.subscribers.beginningBytes(to)];
    const lent = mould ?? this.mould(chain, to, length);
    lent.for(to);
    return this.lend(lent);
  }

  /** Makes the mould of a chain for those whose replies begin with as many bytes as this one's. In a run only. */
  mould(chain: Chain, to: SubscriberNo, length: number): Mould {
    const mould = new Mould(chain, this.subscribers, to, this.#take(length));
    this.mouldsOf(chain)[this.subscribers.beginningBytes(to)] = mould;
    return mould;
  }

  /** Hands out what a mould holds. */
  lend(mould: Mould): Buffer {
    this.#lent = mould;
    return mould.bytes;
  }

  /** The moulds of a chain. In a run only. */
  mouldsOf(chain: Chain): Moulds {
    if (this.#last?.chain === chain) return this.#last.moulds;
    const known = this.#moulds?.get(chain);
    const moulds = known ?? [];
    if (!known) (this.#moulds ??= new Map()).set(chain, moulds);
    this.#last = { chain, moulds };
    return moulds;
  }

  /** Parts as one piece of `length` bytes, good as long as those of `bytesOf`. */
  join(parts: readonly Part[], length: number): Buffer {
    const bytes = this.#take(length);
    let at = 0;
    for (const part of parts) {
      if ('chain' in part)
        at = part.chain.write(bytes, at, { subscribers: this.subscribers, to: part.to });
      else {
        bytes.set(part, at);
        at += part.length;
      }
    }
    return bytes;
  }

  /** Not all of what was joined has left for the kernel: nothing is written over it. */
  keep(bytes: Buffer): void {
    this.#arena.keep(bytes);
    this.#forget();
  }

  /** The same bytes in memory of their own, for as long as it takes: one copy for all in this run who get the same. */
  copyOf(bytes: Buffer): Buffer {
    return this.#lent?.isIn(bytes) ? this.#lent.copy() : copyOf(bytes);
  }

  #take(length: number): Buffer {
    // Nothing resets the arena after what is written between two runs.
    return this.#isRunning ? this.#arena.take(length) : Buffer.allocUnsafe(length);
  }
}
