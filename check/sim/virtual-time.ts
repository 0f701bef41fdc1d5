import type { Clock } from '../../server/clock.ts';

interface Due {
  readonly at: number;
  /** Which was asked for first. */
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

// Some day in 2027: time in a simulation says nothing about time outside.
const START_MS = 1_800_000_000_000;

/** Time of a simulated world: it stands still while anything happens, and then jumps to whatever is
 *  due next. */
export class VirtualTime implements Clock {
  #now = START_MS;
  #order = 0;
  /** A heap: the next one first. */
  readonly #queue: Due[] = [];

  now = (): number => this.#now;

  /** Milliseconds since the world began. */
  elapsed = (): number => this.#now - START_MS;

  after = (ms: number, run: () => void): (() => void) => {
    const due = { at: this.#now + ms, order: (this.#order += 1), run, isCancelled: false };
    this.#push(due);
    return () => {
      due.isCancelled = true;
    };
  };

  /** Resolves after `ms`. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets time pass until `isDone`, at most up to `until` (elapsed milliseconds). False: it was too
   *  late, or nothing was due any more. */
  async pass(isDone: () => boolean, until: number): Promise<boolean> {
    await settle();
    while (!isDone()) {
      const due = this.#queue[0];
      if (!due || due.at - START_MS > until) return false;
      this.#pop();
      if (due.isCancelled) continue;
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    return true;
  }

  #push(due: Due): void {
    const queue = this.#queue;
    let index = queue.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(due, queue[parent])) break;
      queue[index] = queue[parent] as Due;
      index = parent;
    }
    queue[index] = due;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop();
    if (!last || queue.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = isBefore(queue[left + 1], queue[left]) ? left + 1 : left;
      if (!isBefore(queue[child], last)) break;
      queue[index] = queue[child] as Due;
      index = child;
    }
    queue[index] = last;
  }
}

function isBefore(a: Due | undefined, b: Due | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/** Everything in the world is promises: when the event loop turns, all that can run has run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
