import type { Script } from './script.ts';

/** What runs are made from. */
export interface ScriptRunsOptions {
  /** Sends a command at once, or rejects. */
  readonly command: (args: readonly string[]) => Promise<unknown>;
  /** Does this error say that Redis does not have the script? */
  readonly isMissing: (error: unknown) => boolean;
  /** How many may wait for others. */
  readonly maxWaiting: number;
  /** What to reject with when more would wait. */
  readonly full: () => Error;
}

/** Runs of scripts by the name that Redis has for them, which it may have forgotten: then the source is sent. Redis
 *  takes them in the order of the calls all the same: what is called meanwhile waits until those before are sent. But
 *  where another client brings the script back while ours are on their way, those after it overtake those before.
 *  Nobody may build on more: to keep that out every run would have to wait for the answer to the last. */
export class ScriptRuns {
  readonly #options: ScriptRunsOptions;
  /** Sent by name, and not answered. */
  #unanswered = 0;
  /** Something was missing, and of others before it this is not known yet. */
  #isHeld = false;
  readonly #waiting: (() => void)[] = [];

  constructor(options: ScriptRunsOptions) {
    this.#options = options;
  }

  run(script: Script, rest: readonly string[]): Promise<unknown> {
    if (!this.#isHeld) return this.#send(script, rest);
    const { maxWaiting, full } = this.#options;
    if (this.#waiting.length >= maxWaiting) return Promise.reject(full());
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(this.#send(script, rest)));
    });
  }

  #send({ source, sha }: Script, rest: readonly string[]): Promise<unknown> {
    const { command, isMissing } = this.#options;
    this.#unanswered += 1;
    return command(['EVALSHA', sha, ...rest]).then(
      (reply) => {
        this.#answered();
        return reply;
      },
      (error: unknown) => {
        if (!isMissing(error)) {
          this.#answered();
          throw error;
        }
        this.#isHeld = true;
        // Behind those that were sent before, which are answered in their order and sent again in it.
        const again = command(['EVAL', source, ...rest]);
        this.#answered();
        return again;
      },
    );
  }

  #answered(): void {
    this.#unanswered -= 1;
    if (!this.#isHeld || this.#unanswered > 0) return;
    this.#isHeld = false;
    for (const send of this.#waiting.splice(0)) send();
  }
}
