/** A connection that may stop moving. */
export interface Stalling {
  /** Bytes that have not left for the network: falls while the reader reads. */
  readonly unsentBytes: number;
  /** Cuts the connection. */
  cut(): void;
}

interface Watched {
  unsent: number;
  /** When it last moved, in milliseconds of `now`. */
  since: number;
}

const CHECKS_PER_STALL = 6;

/** Cuts connections whose reader has stopped: bytes wait and for `stallMs` not one has left (TRN4). A
 *  slow reader moves and stays. One timer for all, running only while there is something to watch. */
export class StallWatch {
  readonly #stallMs: number;
  readonly #now: () => number;
  readonly #watched = new Map<Stalling, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** `stallMs` Infinity: nothing is ever cut. `now` in milliseconds, default monotonic. */
  constructor(stallMs: number, now: () => number = () => performance.now()) {
    this.#stallMs = stallMs;
    this.#now = now;
  }

  /** Watches until everything has left. Cheap to call again. */
  add(one: Stalling): void {
    if (!Number.isFinite(this.#stallMs) || this.#watched.has(one)) return;
    this.#watched.set(one, { unsent: one.unsentBytes, since: this.#now() });
    this.#timer ??= setInterval(() => this.check(), this.#stallMs / CHECKS_PER_STALL).unref();
  }

  /** Watches no more. */
  remove(one: Stalling): void {
    this.#watched.delete(one);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at all once. The timer's work; public for those who hold the clock. */
  check(): void {
    const now = this.#now();
    for (const [one, seen] of this.#watched) {
      const { unsentBytes } = one;
      if (unsentBytes === 0) this.remove(one);
      else if (unsentBytes < seen.unsent)
        this.#watched.set(one, { unsent: unsentBytes, since: now });
      else if (now - seen.since >= this.#stallMs) {
        this.remove(one);
        one.cut();
        // More was handed over meanwhile: what counts is whether any leaves from here on.
      } else seen.unsent = unsentBytes;
    }
  }
}
