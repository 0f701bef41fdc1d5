import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import type { Figures, Scenario } from './scenario.ts';

/** A subject's runs, and the median of each figure over them. */
export interface SubjectResult {
  readonly runs: readonly Figures[];
  readonly median: Figures;
}

/** What is kept of a scenario: `bench/results/<name>.json`. */
export interface Result {
  readonly name: string;
  readonly summary: string;
  /** When it ended, as ISO 8601. */
  readonly date: string;
  readonly commit?: string | undefined;
  readonly machine: Machine;
  readonly options: {
    readonly seconds: number;
    readonly warmUpSeconds: number;
    readonly runs: number;
  };
  readonly targets: Scenario['targets'];
  readonly subjects: Readonly<Record<string, SubjectResult>>;
}

/** Takes the median of each figure by itself: no single run has to have had all of them. */
export function mediansOf(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, round(median(runs.map((run) => run[name] ?? Number.NaN)))]),
  );
}

/** Puts a subject's runs together. */
export function subjectResult(runs: readonly Figures[]): SubjectResult {
  return { runs: runs.map(rounded), median: mediansOf(runs) };
}

/** Writes a result. Returns the file's path. */
export function writeResult(dir: string, result: Result): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${result.name}.json`);
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  return path;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  const high = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return (low + high) / 2;
}

function rounded(figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
}

/** Three decimals: finer than any run repeats. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
