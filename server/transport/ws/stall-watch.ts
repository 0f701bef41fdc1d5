import { kernelQueues, type Endpoints } from './kernel-queues.ts';

/** A connection that may stop moving. */
export interface Stalling extends Endpoints {
  /** Bytes that were offered to the kernel and that it has not taken: falls while the reader reads. */
  readonly unsentBytes: number;
  /** Cuts the connection. */
  cut(): void;
}

interface Watched {
  unsent: number;
  /** Bytes that the kernel holds, where that is known. */
  queued: number | undefined;
  /** When it last moved, in milliseconds of `now`. */
  since: number;
}

/** How a watch looks at the world. */
export interface StallWatchOptions {
  /** Infinity: nothing is ever cut. */
  readonly stallMs: number;
  /** In milliseconds; default monotonic. */
  readonly now?: () => number;
  /** What the kernel holds of each. Default: what Linux tells in `/proc/net`. */
  readonly queues?: (all: readonly Stalling[]) => Promise<ReadonlyMap<Stalling, number>>;
}

const CHECKS_PER_STALL = 6;

/** Cuts connections whose reader has stopped: bytes wait and for `stallMs` not one has left (TRN4). A
 *  slow reader moves and stays. The kernel takes more only when a third of its own megabytes is free
 *  again, which a reader of 10 KiB/s needs minutes for: where nothing is seen to move it is asked. One
 *  timer for all, running only while there is something to watch. */
export class StallWatch {
  readonly #stallMs: number;
  readonly #now: () => number;
  readonly #queues: NonNullable<StallWatchOptions['queues']>;
  readonly #watched = new Map<Stalling, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallWatchOptions) {
    const { stallMs, now = () => performance.now(), queues = kernelQueues } = options;
    this.#stallMs = stallMs;
    this.#now = now;
    this.#queues = queues;
  }

  /** Watches until everything has left. Cheap to call again. */
  add(one: Stalling): void {
    if (!Number.isFinite(this.#stallMs) || this.#watched.has(one)) return;
    const { unsentBytes: unsent } = one;
    this.#watched.set(one, { unsent, queued: undefined, since: this.#now() });
    this.#timer ??= setInterval(() => void this.check(), this.#stallMs / CHECKS_PER_STALL).unref();
  }

  /** Watches no more. */
  remove(one: Stalling): void {
    this.#watched.delete(one);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at all once. The timer's work; public for those who hold the clock. */
  async check(): Promise<void> {
    const still: Stalling[] = [];
    const now = this.#now();
    for (const [one, seen] of this.#watched) {
      const { unsentBytes } = one;
      if (unsentBytes === 0) this.remove(one);
      else if (unsentBytes < seen.unsent) seen.since = now;
      // More was handed over meanwhile: what counts is whether any leaves from here on.
      else still.push(one);
      seen.unsent = unsentBytes;
    }
    if (still.length === 0) return;
    const queues = await this.#queues(still);
    for (const one of still) this.#judge(one, queues.get(one), now);
  }

  #judge(one: Stalling, queued: number | undefined, now: number): void {
    const seen = this.#watched.get(one);
    if (!seen) return;
    // Any change is a move: it falls when the reader reads, and rises when there was room for more.
    if (seen.queued !== undefined && queued !== seen.queued) seen.since = now;
    seen.queued = queued;
    if (now - seen.since < this.#stallMs) return;
    this.remove(one);
    one.cut();
  }
}
