interface Open {
  readonly at: number;
  readonly fault: string;
  /** Unset: everybody's. */
  readonly client: string | undefined;
}

// Of each fault so many are kept to take percentiles of.
const SAMPLES = 10_000;

/** Measures, fault by fault, the time to the next ack of whom it hit. */
export class Recoveries {
  #open: Open[] = [];
  readonly #asked = new Map<string, number>();
  readonly #samples = new Map<string, number[]>();

  /** Somebody asks for an answer: what was asked for before a fault says nothing of after it. */
  asked(at: number, key: string): void {
    this.#asked.set(key, at);
  }

  fault(at: number, fault: string, client: string | undefined): void {
    this.#open.push({ at, fault, client });
  }

  acked(at: number, client: string, key: string): void {
    const askedAt = this.#asked.get(key) ?? at;
    this.#asked.delete(key);
    if (this.#open.length === 0) return;
    const isHit = (open: Open) =>
      open.at <= askedAt && (open.client === undefined || open.client === client);
    for (const open of this.#open.filter(isHit)) {
      const samples = this.#samples.get(open.fault) ?? [];
      this.#samples.set(open.fault, samples);
      if (samples.length < SAMPLES) samples.push(at - open.at);
    }
    this.#open = this.#open.filter((open) => !isHit(open));
  }

  /** Milliseconds, by fault. */
  get samples(): Readonly<Record<string, readonly number[]>> {
    return Object.fromEntries(this.#samples);
  }
}
