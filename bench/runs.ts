import type { Figures, RunOptions, Subject } from './scenario.ts';

/** A subject that is ready to be measured. */
export interface Ready {
  readonly name: string;
  /** Measures once. */
  readonly run: () => Promise<Figures>;
}

/** Makes all subjects ready for as long as `use` runs: those that stay are set up, one after the other. */
export async function withReady<T>(
  [first, ...rest]: readonly Subject[],
  options: RunOptions,
  use: (ready: readonly Ready[]) => Promise<T>,
): Promise<T> {
  if (!first) return use([]);
  const { name } = first;
  const others = (run: Ready['run']) =>
    withReady(rest, options, (ready) => use([{ name, run }, ...ready]));
  return 'stay' in first ? first.stay(options, others) : others(() => first.run(options));
}
