import { RoomError } from '../../../shared/index.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { Callers } from './callers.ts';

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

// About what a commit takes: where nobody has come back in that time, those who are left have something else to do.
const PATIENCE_MS = 2;
// So that no ack waits longer than a few commits take.
const LONGEST_WAIT_MS = 8;

/** Turns many callers into few transactions (LOG2): all that wait when the writer becomes free are
 *  the next batch, and at most one batch is in flight. A batch is cut at the end of a turn of the
 *  event loop, so calls that came in the same turn are in it. Where many call again once they are answered,
 *  the writer is free when all of them wait, or when for 2 ms nobody has come, after 8 ms at most: cut earlier, each
 *  would pay for half a batch.
 *  A job that is no append (`exclusive`) takes its turn between two batches and waits for nobody. */
export class GroupCommit<In, Out> {
  readonly #commit: (items: In[]) => Promise<(Out | RoomError)[]>;
  readonly #maxBatch: number;
  readonly #soon: (run: () => void) => void;
  readonly #clock: Clock;
  #waiting: Waiting<In, Out>[] = [];
  #jobs: (() => Promise<void>)[] = [];
  #isBusy = false;
  readonly #callers = new Callers();
  /** Ends the wait for callers to come back. */
  #cut: (() => void) | undefined;
  // Batches and jobs take turns, so neither starves the other.
  #isAppendsTurnOver = false;
  #idle: (() => void)[] = [];

  /** `commit` answers each item, in order; what it throws, every item of the batch gets. `soon` calls
   *  at the end of the turn; default `setImmediate`. */
  constructor(
    commit: (items: In[]) => Promise<(Out | RoomError)[]>,
    options: { maxBatch: number; soon?: (run: () => void) => void; clock?: Clock },
  ) {
    this.#commit = commit;
    this.#soon = options.soon ?? setImmediate;
    this.#clock = options.clock ?? systemClock;
    this.#maxBatch = options.maxBatch;
  }

  add(item: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#next();
    });
  }

  exclusive<T>(job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#jobs.push(() => job().then(resolve, reject));
      this.#next();
    });
  }

  /** Resolves when nothing waits and nothing is in flight. */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    if (this.#isBusy) return this.#isWorthWaiting() ? undefined : this.#cut?.();
    this.#isBusy = true;
    this.#whenAllAreBack(() => this.#soon(() => void this.#takeTurn()));
  }

  #isWorthWaiting(): boolean {
    const areAwaited = this.#callers.areAwaited(this.#waiting.length, this.#maxBatch);
    return areAwaited && this.#jobs.length === 0;
  }

  #whenAllAreBack(go: () => void): void {
    if (!this.#isWorthWaiting()) return go();
    const cancel = this.#whenNobodyComes(() => this.#cut?.());
    this.#cut = () => {
      cancel();
      this.#cut = undefined;
      // Cut for a job, it says nothing of them.
      if (this.#jobs.length === 0) this.#callers.waited(this.#waiting.length);
      go();
    };
  }

  #whenNobodyComes(end: () => void): () => void {
    const until = this.#clock.elapsed() + LONGEST_WAIT_MS;
    let cancel = () => {};
    const look = (known: number) => {
      const count = this.#waiting.length;
      if (count === known || this.#clock.elapsed() >= until) return end();
      cancel = this.#clock.after(PATIENCE_MS, () => look(count));
    };
    look(0);
    return () => cancel();
  }

  async #takeTurn(): Promise<void> {
    await this.#turn();
    this.#isBusy = false;
    if (this.#waiting.length > 0 || this.#jobs.length > 0) return this.#next();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #turn(): Promise<void> | undefined {
    // Whatever it is, it takes as long as it takes: nobody waits on top of that.
    this.#callers.forget();
    const isJobsTurn = this.#waiting.length === 0 || this.#isAppendsTurnOver;
    this.#isAppendsTurnOver = !isJobsTurn;
    const job = isJobsTurn ? this.#jobs.shift() : undefined;
    if (job) return job();
    if (this.#waiting.length === 0) return undefined;
    return this.#run(this.#waiting.splice(0, this.#maxBatch));
  }

  async #run(batch: Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await this.#commit(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('group-commit: an item was not answered'));
        else if (result instanceof RoomError) reject(result);
        else resolve(result);
      }
      this.#callers.answered(batch.length, this.#waiting.length);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
