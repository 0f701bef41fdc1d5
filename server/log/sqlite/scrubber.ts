import type { Clock } from '../../clock.ts';

/** What a scrubber is made from. */
export interface ScrubberOptions {
  /** Scrubs the files in its turn, and calls `begin` when that has come: what is erased from then on needs
   *  another. */
  readonly scrub: (begin: () => void) => Promise<void>;
  /** When files are scrubbed after an erasure, at the latest, in milliseconds. */
  readonly withinMs: number;
  readonly clock: Clock;
  /** Hears why scrubbing failed; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Sees to it that content which was erased leaves the files too (LOG5). Scrubbing costs time by the size
 *  of the database, so erasures that come soon after each other share one. */
export class Scrubber {
  readonly #options: ScrubberOptions;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  /** The one that waits for its turn. */
  #waiting: Promise<void> | undefined;

  constructor(options: ScrubberOptions) {
    this.#options = options;
  }

  /** Something was erased: the files are scrubbed within the time. */
  soon(): void {
    if (this.#isClosed) return;
    const { clock, withinMs, onError } = this.#options;
    this.#cancel ??= clock.after(withinMs, () => {
      this.#cancel = undefined;
      this.now().catch(onError);
    });
  }

  /** Scrubs now. Who asks while one waits for its turn shares it. */
  now(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#waiting) return this.#waiting;
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      this.#waiting = undefined;
    };
    const scrubbing = this.#options.scrub(begin);
    if (!hasBegun) this.#waiting = scrubbing;
    // What was due is due again, whoever asked.
    scrubbing.catch(() => {
      if (!hasBegun) this.#waiting = undefined;
      this.soon();
    });
    return scrubbing;
  }

  /** Scrubs what is due, and nothing after that. What fails now is done at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    try {
      await (this.#cancel ? this.now() : this.#waiting);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
