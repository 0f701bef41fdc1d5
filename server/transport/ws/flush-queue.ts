import type { Subscriber } from './addressee.ts';
import { Arena } from './arena.ts';
import type { Chain } from './chain.ts';
import { copyOf, type Lender } from './lender.ts';

/** What can be flushed. */
export interface Flushable {
  flush(): void;
}

/** Part of what is written at once: a frame, or what a subscriber got. */
export type Part = Buffer | { readonly chain: Chain; readonly to: Subscriber };

/** Flushes what was written in one turn of the event loop at its end, all connections together
 *  (TRN3): one timer for all of them, one write for each. */
export class FlushQueue implements Lender {
  #waiting: (Flushable | undefined)[] = [];
  #count = 0;
  /** Takes turns with what waits: an array that begins anew grows anew, at each turn. */
  #spare: (Flushable | undefined)[] = [];
  /** What was written in this run of each chain, by subscriber. Anew for each run: a Map that is cleared and grows
   *  old has V8 keep all that it ever held until it looks through the whole heap. */
  #written: Map<Chain, Map<Subscriber, Buffer>> | undefined;
  /** Of the chain that was last asked for: as a rule it is asked for again. */
  #last: { readonly chain: Chain; readonly written: Map<Subscriber, Buffer> } | undefined;
  /** Of what was written in this run: for all who cannot write it now. */
  #copies: Map<Buffer, Buffer> | undefined;
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
    this.#last = undefined;
    this.#written = undefined;
    this.#copies = undefined;
    this.#arena.reset();
  }

  /** Has `one` flushed at the end of this turn. More than once does no harm. */
  add(one: Flushable): void {
    if (this.#count === 0) setImmediate(this.#run);
    this.#waiting[this.#count] = one;
    this.#count += 1;
  }

  /** All frames of a chain, `length` bytes. Those who stand at the same link, as followers of a room with
   *  the same request id do, share them. Good until the end of the run: `keep` says that they are needed
   *  longer. */
  bytesOf(chain: Chain, to: Subscriber, length: number): Buffer {
    // Between two runs nothing would forget it.
    if (!this.#isRunning) return this.join([{ chain, to }], length);
    if (this.#last?.chain !== chain) this.#last = { chain, written: this.#writtenOf(chain) };
    const { written } = this.#last;
    const known = written.get(to);
    if (known) return known;
    const bytes = this.join([{ chain, to }], length);
    written.set(to, bytes);
    return bytes;
  }

  #writtenOf(chain: Chain): Map<Subscriber, Buffer> {
    this.#written ??= new Map();
    const known = this.#written.get(chain);
    if (known) return known;
    const written = new Map<Subscriber, Buffer>();
    this.#written.set(chain, written);
    return written;
  }

  /** Parts as one piece of `length` bytes, good as long as those of `bytesOf`. */
  join(parts: readonly Part[], length: number): Buffer {
    const bytes = this.#take(length);
    let at = 0;
    for (const part of parts) {
      if ('chain' in part) at = part.chain.write(bytes, at, part.to);
      else {
        bytes.set(part, at);
        at += part.length;
      }
    }
    return bytes;
  }

  /** Not all of what was joined has left for the kernel. */
  keep(bytes: Buffer): void {
    this.#arena.keep(bytes);
  }

  /** The same bytes in memory of their own, for as long as it takes: one copy for all who ask in this run. */
  copyOf(bytes: Buffer): Buffer {
    if (!this.#isRunning) return copyOf(bytes);
    this.#copies ??= new Map();
    const known = this.#copies.get(bytes) ?? copyOf(bytes);
    this.#copies.set(bytes, known);
    return known;
  }

  #take(length: number): Buffer {
    // Nothing resets the arena after what is written between two runs.
    return this.#isRunning ? this.#arena.take(length) : Buffer.allocUnsafe(length);
  }
}
