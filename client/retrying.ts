import type { RoomError } from '../shared/index.ts';
import { toRoomError } from './call-error.ts';
import type { Clock } from './clock.ts';
import { isPassing, retryDelayMs } from './passing.ts';

/** What it is made from. */
export interface RetryingOptions<T> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ask: () => Promise<T>;
  readonly onAnswer: (answer: T) => void;
  /** Is it worth asking again? `cause`: what was thrown, as it was. Default: as `isPassing` says. */
  readonly passes?: (error: RoomError, cause: unknown) => boolean;
  /** It is asked again after a while. */
  readonly onWait?: (error: RoomError) => void;
  /** It will not pass by itself. */
  readonly onFail: (error: RoomError) => void;
}

/** Asks until there is an answer, or a refusal that does not pass; what is asked anew forgets what was asked
 *  before. */
export class Retrying<T> {
  readonly #options: RetryingOptions<T>;
  #round = 0;
  #cancel = () => {};

  constructor(options: RetryingOptions<T>) {
    this.#options = options;
  }

  /** Asks, from now on. */
  start(): void {
    this.stop();
    this.#ask(this.#round, 0);
  }

  /** Asks no more, and takes no answer. */
  stop(): void {
    this.#round += 1;
    this.#cancel();
  }

  #ask(round: number, attempt: number): void {
    const { clock, random, ask, passes = isPassing, onAnswer, onWait, onFail } = this.#options;
    ask().then(
      (answer) => {
        if (round === this.#round) onAnswer(answer);
      },
      (cause: unknown) => {
        if (round !== this.#round) return;
        const error = toRoomError(cause);
        if (!passes(error, cause)) return onFail(error);
        onWait?.(error);
        // Whoever is told may stop it.
        if (round !== this.#round) return;
        const waitMs = retryDelayMs(error, attempt, random());
        this.#cancel = clock.after(waitMs, () => this.#ask(round, attempt + 1));
      },
    );
  }
}
