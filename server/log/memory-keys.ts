import { countPastAge } from './past-age.ts';
import { TailList } from './tail-list.ts';

/** What a key stands for. */
export interface Kept {
  readonly offset: number;
  readonly at: number;
  /** Undefined once the event is erased: its content must not live on, not even as a digest. */
  readonly digest: string | undefined;
}

/** How many keys are kept, and for how long. */
export interface MemoryKeysOptions {
  readonly cap: number;
  readonly windowMs: number;
}

/** The idempotency keys of a room that is kept in memory, scoped by user (SND1). */
export class MemoryKeys {
  readonly #options: MemoryKeysOptions;
  readonly #kept = new Map<string, Kept>();
  /** In the order of their making. A map knows that order too, and looks at every key that it has lost
   *  before it gives its first. */
  readonly #order = new TailList<{ readonly scoped: string; readonly at: number }>();

  constructor(options: MemoryKeysOptions) {
    this.#options = options;
  }

  /** What a key stands for at `now`. */
  get(user: string, key: string, now: number): Kept | undefined {
    const kept = this.#kept.get(scopedKey(user, key));
    return kept && kept.at > now - this.#options.windowMs ? kept : undefined;
  }

  /** Has a key stand for an event. Beyond the cap the oldest key is forgotten. */
  put(user: string, key: string, kept: Kept): void {
    const scoped = scopedKey(user, key);
    this.#kept.set(scoped, kept);
    this.#order.push({ scoped, at: kept.at });
    if (this.#kept.size > this.#options.cap) this.#dropOldest();
  }

  /** Forgets keys older than the window. */
  trim(now: number): void {
    const youngFrom = now - this.#options.windowMs + 1;
    const count = countPastAge((index) => this.#order.at(index)?.at, { youngFrom, now });
    for (const { scoped, at } of this.#order.slice(0, count)) {
      if (this.#kept.get(scoped)?.at === at) this.#kept.delete(scoped);
    }
    this.#order.drop(count);
  }

  /** Forgets what the event of an offset said. */
  forget(offset: number): void {
    for (const [scoped, kept] of this.#kept) {
      if (kept.offset === offset) this.#kept.set(scoped, { ...kept, digest: undefined });
    }
  }

  /** For how long keys are really kept, in milliseconds. */
  windowMs(now: number): number {
    const { cap, windowMs } = this.#options;
    if (this.#kept.size < cap) return windowMs;
    return Math.max(0, Math.min(windowMs, now - (this.#first()?.at ?? now)));
  }

  /** The oldest key. One that was used again after the window stands in the order twice. */
  #first(): { readonly scoped: string; readonly at: number } | undefined {
    for (;;) {
      const first = this.#order.at(0);
      if (!first || this.#kept.get(first.scoped)?.at === first.at) return first;
      this.#order.drop(1);
    }
  }

  #dropOldest(): void {
    const first = this.#first();
    if (!first) return;
    this.#kept.delete(first.scoped);
    this.#order.drop(1);
  }
}

/** User ids hold no space, so the two parts cannot run together. */
function scopedKey(user: string, key: string): string {
  return `${user} ${key}`;
}
