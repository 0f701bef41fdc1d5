import { kernelSides } from './kernel-queues.ts';
import type { Stalling } from './stall-watch.ts';

// A packet and its answer may just be on their way.
const UNANSWERED = 1;

/** Knows who reads though he has not answered in time: what he was asked is behind bytes that he takes as fast as he can
 *  (TRN4). Whoever has stopped is not among them for long: where bytes wait for the kernel the watch for such readers
 *  cuts him, and what the kernel alone holds must have moved since it was last looked at. */
export class SlowReaders {
  readonly #sides: typeof kernelSides;
  /** What the kernel held of each at the last look, in bytes. */
  readonly #held = new WeakMap<Stalling, number>();

  /** `sides`: what the kernel says of each. Default: what Linux tells in `/proc/net`. */
  constructor(sides = kernelSides) {
    this.#sides = sides;
  }

  /** Those of them who read. Where the kernel tells nothing: those alone for whom bytes wait here. */
  async among(silent: readonly Stalling[]): Promise<ReadonlySet<Stalling>> {
    const sides = await this.#sides(silent);
    return new Set(
      silent.filter((one) => {
        const { bytes = 0, unanswered = 0 } = sides.get(one) ?? {};
        const before = this.#held.get(one) ?? 0;
        this.#held.set(one, bytes);
        // A peer that is gone leaves packets unanswered; one that is slow answers, if only that he is full. Once all is in
        // his own kernel he has a last round to read it.
        const isRead = bytes !== before && unanswered <= UNANSWERED;
        return isRead || one.unsentBytes > 0;
      }),
    );
  }
}
