/** Latencies of one run, as they come in. Times are in milliseconds. */
export class Latencies {
  #values = new Float64Array(1 << 16);
  #count = 0;

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    if (this.#count === this.#values.length) this.#grow();
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  /** Forgets what was added: the measured part of a run begins. */
  clear(): void {
    this.#count = 0;
  }

  /** Percentiles by nearest rank, over every single latency. 0 when there is none. */
  figures(): { latencyP50Ms: number; latencyP99Ms: number; latencyMaxMs: number } {
    const sorted = this.#values.subarray(0, this.#count).toSorted();
    const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    return { latencyP50Ms: rank(0.5), latencyP99Ms: rank(0.99), latencyMaxMs: rank(1) };
  }

  #grow(): void {
    const grown = new Float64Array(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}
