/** How long it took until things worked again, in milliseconds. */
export interface Recovery {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

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

  /** By fault. */
  summary(): Record<string, Recovery> {
    return Object.fromEntries(
      [...this.#samples].map(([fault, samples]) => [fault, summarise(samples)]),
    );
  }
}

function summarise(samples: readonly number[]): Recovery {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}
