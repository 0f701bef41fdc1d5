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
export type Subject = { readonly name: string } & (
  | {
      /** Measures once, in processes of its own. */
      run(options: RunOptions): Promise<Figures>;
    }
  | {
      /** Is there and warmed up for as long as `use` runs, which measures it as often as it likes. */
      stay<T>(options: RunOptions, use: (run: () => Promise<Figures>) => Promise<T>): Promise<T>;
    }
);

/** What a subject's median has to reach: at least `atLeast`, or less than `under`; or, divided by
 *  that of the subject `against`, at most `ratio`. */
export type Target = { readonly subject: string; readonly figure: string } & (
  | { readonly atLeast: number }
  | { readonly under: number }
  | { readonly against: string; readonly ratio: number }
);

/** A question put to several subjects under the same load. */
export interface Scenario {
  readonly name: string;
  /** One line on what is measured. */
  readonly summary: string;
  /** Ours first: the others are what it is compared with. */
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly targets: readonly Target[];
  /** Runs of each subject, where nobody says how many. Default 3. */
  readonly runs?: number;
  /** Seconds of a run, where nobody says how many. Default 5. */
  readonly seconds?: number;
  /** Default 1. */
  readonly warmUpSeconds?: number;
}

/** The medians of a scenario by subject. */
export type Medians = Readonly<Record<string, Figures>>;

/** The value that a target is about. NaN when it was not measured. */
export function targetValue(target: Target, medians: Medians): number {
  const valueOf = (subject: string) => medians[subject]?.[target.figure] ?? Number.NaN;
  const value = valueOf(target.subject);
  return 'against' in target ? value / valueOf(target.against) : value;
}

/** Does a value reach its target? */
export function isReached(target: Target, value: number): boolean {
  if ('atLeast' in target) return value >= target.atLeast;
  return 'under' in target ? value < target.under : value <= target.ratio;
}

/** A target in words: `at least 5,000`, `under 20`, `at most 0.90`. */
export function describeTarget(target: Target): string {
  if ('atLeast' in target) return `at least ${target.atLeast.toLocaleString('en')}`;
  if ('under' in target) return `under ${target.under.toLocaleString('en')}`;
  return `at most ${target.ratio.toFixed(2)}`;
}
