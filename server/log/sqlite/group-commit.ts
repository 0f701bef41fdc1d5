import { RoomError } from '../../../shared/index.ts';

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/** Turns many callers into few transactions (LOG2): all that wait when the writer becomes free are
 *  the next batch, and at most one batch is in flight. A batch is cut at the end of a turn of the
 *  event loop, so callers that the last one answered, and calls that came in the same turn, are in
 *  it: started at once, every other batch would hold next to nothing. A job that is no append
 *  (`exclusive`) takes its turn between two batches. */
export class GroupCommit<In, Out> {
  readonly #commit: (items: In[]) => Promise<(Out | RoomError)[]>;
  readonly #maxBatch: number;
  readonly #soon: (run: () => void) => void;
  #waiting: Waiting<In, Out>[] = [];
  #jobs: (() => Promise<void>)[] = [];
  #isBusy = false;
  // Batches and jobs take turns, so neither starves the other.
  #isAppendsTurnOver = false;
  #idle: (() => void)[] = [];

  /** `commit` answers each item, in order; what it throws, every item of the batch gets. `soon` calls
   *  at the end of the turn; default `setImmediate`. */
  constructor(
    commit: (items: In[]) => Promise<(Out | RoomError)[]>,
    options: { maxBatch: number; soon?: (run: () => void) => void },
  ) {
    this.#commit = commit;
    this.#soon = options.soon ?? setImmediate;
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
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#soon(() => void this.#takeTurn());
  }

  async #takeTurn(): Promise<void> {
    await this.#turn();
    this.#isBusy = false;
    if (this.#waiting.length > 0 || this.#jobs.length > 0) return this.#next();
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #turn(): Promise<void> | undefined {
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
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
