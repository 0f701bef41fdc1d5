/** How fast something may happen. */
export interface BucketOptions {
  /** How many may happen at once, after a rest (count, more than 0). */
  readonly capacity: number;
  /** How many may happen per second for ever (count, 0 or more). */
  readonly refillPerSecond: number;
  /** The time in milliseconds. A clock that is set back refills nothing until it goes on. */
  readonly now: () => number;
}

// What a rate that is no whole number loses to rounding is not enough to refuse a token that is due.
const ROUNDING = 1e-6;

/** A token bucket: starts full, and what is refused takes nothing. */
export class Bucket {
  readonly #options: BucketOptions;
  /** In thousandths, so that whole milliseconds at whole rates add up exactly. */
  #tokens: number;
  #at: number;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#tokens = options.capacity * 1_000;
    this.#at = options.now();
  }

  /** Takes `n` tokens (0 or more). False: there are not so many. */
  take(n = 1): boolean {
    this.#refill();
    if (n * 1_000 > this.#tokens + ROUNDING) return false;
    this.#tokens = Math.max(0, this.#tokens - n * 1_000);
    return true;
  }

  /** Puts back what was taken for something that did not happen. */
  giveBack(n = 1): void {
    this.#tokens = Math.min(this.#options.capacity * 1_000, this.#tokens + n * 1_000);
  }

  /** Whole milliseconds until `n` tokens can be taken: 0 where they can be now, Infinity where they
   *  never can. */
  waitMs(n = 1): number {
    this.#refill();
    const { capacity, refillPerSecond } = this.#options;
    if (n * 1_000 <= this.#tokens + ROUNDING) return 0;
    if (n > capacity) return Number.POSITIVE_INFINITY;
    return Math.ceil((n * 1_000 - this.#tokens) / refillPerSecond);
  }

  #refill(): void {
    const { capacity, refillPerSecond, now } = this.#options;
    const at = now();
    const elapsedMs = Math.max(0, at - this.#at);
    this.#at = at;
    if (elapsedMs > 0) {
      this.#tokens = Math.min(capacity * 1_000, this.#tokens + elapsedMs * refillPerSecond);
    }
  }
}

/** Makes a full bucket. Many may share one `options`. @throws Error for options that are no rate */
export function createBucket(options: BucketOptions): Bucket {
  const { capacity, refillPerSecond } = options;
  // Written so that NaN fails too.
  if (!(capacity > 0 && refillPerSecond >= 0)) {
    throw new Error(`rate: no bucket of ${capacity} with ${refillPerSecond} per second`);
  }
  return new Bucket(options);
}
