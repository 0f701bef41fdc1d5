import type { Clock } from '../../clock.ts';
import type { RedisLink } from '../../redis/redis-link.ts';

const WAIT_MS = 30_000;

/** What was erased is out of Redis's memory at once. Its files keep it until they are written anew: they are,
 *  within half a minute, once for all that was erased meanwhile. */
export class Scrub {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(options: { link: RedisLink; clock: Clock }) {
    this.#link = options.link;
    this.#clock = options.clock;
  }

  want(): void {
    this.#cancel ??= this.#clock.after(WAIT_MS, () => void this.#begin());
  }

  /** Has Redis begin with what is due still. */
  async close(): Promise<void> {
    if (!this.#cancel) return;
    this.#cancel();
    await this.#begin();
  }

  async #begin(): Promise<void> {
    this.#cancel = undefined;
    const command = this.#link.isAof ? ['BGREWRITEAOF'] : ['BGSAVE', 'SCHEDULE'];
    // Redis may not permit it, or be at it already: then its own next one does it.
    await this.#link.command(command).catch(() => {});
  }
}
