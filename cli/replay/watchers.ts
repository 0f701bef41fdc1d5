import type { Position } from '../../shared/index.ts';
import type { Patience } from '../retry.ts';
import type { Passes } from './passes.ts';
import type { Venue } from './seat.ts';
import { openWatcher, type Watcher } from './watcher.ts';

/** All who follow the room. */
export interface Watchers {
  readonly all: readonly Watcher[];
  /** Waits until all have seen this position, or too long. */
  settle(position: Position): Promise<void>;
  /** Safe to call twice. */
  close(): void;
}

// More at once would only wait for each other.
const AT_ONCE = 20;

/** Opens `count` watchers, named `watcher-1` and so on. All have joined when this resolves. */
export async function openWatchers(options: {
  count: number;
  venue: Venue;
  passes: Passes;
  patience: Patience;
}): Promise<Watchers> {
  const { count, ...rest } = options;
  const all: Watcher[] = [];
  const close = () => all.forEach((watcher) => watcher.close());
  try {
    for (let from = 1; from <= count; from += AT_ONCE) {
      const names = Array.from(
        { length: Math.min(AT_ONCE, count - from + 1) },
        (_, index) => from + index,
      );
      const opening = names.map(async (number) => {
        all.push(await openWatcher({ ...rest, name: `watcher-${number}` }));
      });
      await Promise.all(opening);
    }
  } catch (error) {
    close();
    throw error;
  }
  all.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const { patienceMs } = options.patience;
  return {
    all,
    settle: async (position) => {
      await Promise.all(all.map((watcher) => watcher.settle(position, patienceMs)));
    },
    close,
  };
}
