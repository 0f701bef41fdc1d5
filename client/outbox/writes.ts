/** What is written to a storage, one after the other. */
export interface Writes {
  /** Writes after all that waits, and not in this turn. */
  last(job: () => Promise<void>): void;
  /** Writes before all that waits. Resolves when that is done, or has failed. */
  first(job: () => Promise<void>): Promise<void>;
}

/** Makes the writes of one journal. What fails is told to `onError`, and the next goes on. */
export function createWrites(onError: (error: unknown) => void): Writes {
  const jobs: (() => Promise<void>)[] = [];
  let isWorking = false;

  const work = async () => {
    if (isWorking) return;
    isWorking = true;
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      try {
        await job();
      } catch (error) {
        onError(error);
      }
    }
    isWorking = false;
  };
  const begin = () => queueMicrotask(() => void work());
  return {
    last: (job) => {
      jobs.push(job);
      begin();
    },
    first: (job) =>
      new Promise((resolve) => {
        jobs.unshift(async () => {
          try {
            await job();
          } finally {
            resolve();
          }
        });
        begin();
      }),
  };
}
