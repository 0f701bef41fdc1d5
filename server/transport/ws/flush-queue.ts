import { Arena } from './arena.ts';

/** What can be flushed. */
export interface Flushable {
  flush(): void;
}

interface Joined {
  readonly frames: readonly Buffer[];
  readonly bytes: Buffer;
}

/** Flushes what was written in one turn of the event loop at its end, all connections together
 *  (TRN3): one timer for all of them, one write for each. */
export class FlushQueue {
  #waiting: Flushable[] = [];
  /** What was joined in this run, by the first frame. */
  readonly #joined = new Map<Buffer, Joined>();
  readonly #arena = new Arena();
  #isRunning = false;
  readonly #run = () => {
    const due = this.#waiting;
    this.#waiting = [];
    this.#isRunning = true;
    for (const one of due) one.flush();
    this.#isRunning = false;
    this.#joined.clear();
    this.#arena.reset();
  };

  /** Has `one` flushed at the end of this turn. The caller asks once per turn. */
  add(one: Flushable): void {
    if (this.#waiting.push(one) === 1) setImmediate(this.#run);
  }

  /** Frames as one piece. Those who gathered the same ones in this turn, as followers of a room with the
   *  same request id do, share it. Good until the end of the run: `keep` says that it is needed longer. */
  join(frames: readonly [Buffer, ...Buffer[]], length: number): Buffer {
    const known = this.#joined.get(frames[0]);
    if (known && isSame(known.frames, frames)) return known.bytes;
    if (!this.#isRunning) return Buffer.concat(frames, length);
    const bytes = this.#arena.join(frames, length);
    this.#joined.set(frames[0], { frames, bytes });
    return bytes;
  }

  /** Not all of what was joined in this run has left for the kernel. */
  keep(): void {
    this.#arena.keep();
  }
}

function isSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  return some.length === others.length && some.every((frame, index) => frame === others[index]);
}
