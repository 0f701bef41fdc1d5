/** Wakes another thread with as little as can be: a number in memory of both that grows with each ring. One waits at
 *  a time, and whoever rings does so only after it was asked something. */
export class Bell {
  /** What the other thread makes its bell from. */
  readonly memory: SharedArrayBuffer;
  readonly #rings: Int32Array;
  #heard = 0;

  /** `memory`: that of the other thread's bell. */
  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#rings = new Int32Array(memory);
  }

  /** Ends the wait of whoever waits now, or waits next with `wait`. */
  ring(): void {
    Atomics.add(this.#rings, 0, 1);
    Atomics.notify(this.#rings, 0);
  }

  /** Blocks this thread until a ring that it has not heard yet. */
  wait(): void {
    Atomics.wait(this.#rings, 0, this.#heard);
    this.#heard = Atomics.load(this.#rings, 0);
  }

  /** Resolves at the next ring. */
  async next(): Promise<void> {
    await Atomics.waitAsync(this.#rings, 0, Atomics.load(this.#rings, 0)).value;
  }
}
