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
  readonly #samples = new Map<string, number[]>();

  fault(at: number, fault: string, client: string | undefined): void {
    this.#open.push({ at, fault, client });
  }

  acked(at: number, client: string): void {
    if (this.#open.length === 0) return;
    const isHit = (open: Open) => open.client === undefined || open.client === client;
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
