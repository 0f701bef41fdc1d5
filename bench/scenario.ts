/** What a run measured, by name. Names end in their unit: `latencyP99Ms`, `cpuPerCallUs`. */
export type Figures = Readonly<Record<string, number>>;

/** How a scenario is run. */
export interface RunOptions {
  /** How long a run is measured, in seconds. */
  readonly seconds: number;
  /** Discarded before that, in seconds: code is being compiled and caches are filling. */
  readonly warmUpSeconds: number;
  /** Where temporary data directories are made. */
  readonly dir: string;
}

/** One of the things that a scenario compares. */
export interface Subject {
  readonly name: string;
  /** Measures once, in processes of its own. */
  run(options: RunOptions): Promise<Figures>;
}

/** What a subject's median has to reach: at least `atLeast`, or less than `under`. */
export type Target = { readonly subject: string; readonly figure: string } & (
  | { readonly atLeast: number }
  | { readonly under: number }
);

/** A question put to several subjects under the same load. */
export interface Scenario {
  readonly name: string;
  /** One line on what is measured. */
  readonly summary: string;
  /** Ours first; the last is what ours is compared with. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly targets: readonly Target[];
}

/** Does a figure reach its target? */
export function isReached(target: Target, value: number): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value < target.under;
}

/** A target in words: `at least 5,000`, `under 20`. */
export function describeTarget(target: Target): string {
  const [words, value] =
    'atLeast' in target ? ['at least', target.atLeast] : ['under', target.under];
  return `${words} ${value.toLocaleString('en')}`;
}
