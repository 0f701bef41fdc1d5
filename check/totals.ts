import type { Verdict } from './judge/checker.ts';
import { percentilesOf } from './percentiles.ts';

type Counts = Record<string, number>;

// Of each fault so many times to recover are kept.
const SAMPLES = 10_000;

/** What several runs come to. */
export class Totals {
  runs = 0;
  unchecked = 0;
  anomalies = 0;
  readonly counts: Counts = {};
  readonly starts: Counts = {};
  readonly faults: Counts = {};
  /** Milliseconds from a fault to the next ack of whom it hit. */
  readonly recovery: Record<string, number[]> = {};

  add(verdict: Verdict): void {
    this.runs += 1;
    this.unchecked += verdict.unchecked;
    this.anomalies += verdict.anomalyCount;
    addAll(this.counts, verdict.counts);
    addAll(this.starts, verdict.starts);
    addAll(this.faults, verdict.faults);
    for (const [fault, samples] of Object.entries(verdict.recovery)) {
      const kept = (this.recovery[fault] ??= []);
      for (const sample of samples) if (kept.length < SAMPLES) kept.push(sample);
    }
  }

  /** As it stands in JSON: `recovery` in three numbers for each fault. */
  toJSON(): object {
    const recovery = Object.entries(this.recovery).map(([fault, samples]) => [
      fault,
      percentilesOf(samples),
    ]);
    const { runs, anomalies, unchecked, counts, starts, faults } = this;
    const sums = { runs, anomalies, unchecked, counts, starts, faults };
    return { ...sums, recovery: Object.fromEntries(recovery) };
  }
}

function addAll(sums: Counts, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
}
