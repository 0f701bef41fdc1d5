import type { RoomError } from '../../shared/index.ts';
import { toRoomError } from '../call-error.ts';
import type { Clock } from '../clock.ts';
import { unheeded } from '../listeners.ts';

interface Wanted<State> {
  readonly state: State;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: RoomError) => void;
}

// What was refused without a time to wait for.
const AGAIN_MS = 1_000;

/** What one says of oneself in a room. The last word counts: it is sent one at a time, as fast as the server
 *  takes it, and again whenever the stream begins anew, because a seat may have been lost with its state. */
export class OwnPresence<State> {
  readonly #send: (state: State) => Promise<unknown>;
  readonly #clock: Clock;
  #wanted: Wanted<State> | undefined;
  #sending: Wanted<State> | undefined;
  #waiting: Waiting[] = [];
  /** Is there a seat, as far as is known? */
  #isSeated = false;
  /** How often the stream has begun: an answer to what was sent before is about an earlier seat. */
  #beginnings = 0;
  #cancel = () => {};
  #end: RoomError | undefined;

  constructor(options: { send: (state: State) => Promise<unknown>; clock: Clock }) {
    this.#send = options.send;
    this.#clock = options.clock;
  }

  /** Resolves when this state, or one set after it, is set. @throws RoomError */
  set(state: State): Promise<void> {
    this.#wanted = { state };
    const done = new Promise<void>((resolve, reject) => {
      if (this.#end) reject(this.#end);
      else this.#waiting.push({ resolve, reject });
    });
    this.#go();
    return unheeded(done);
  }

  /** The stream has begun, or begun anew. */
  seated(): void {
    this.#isSeated = true;
    this.#beginnings += 1;
    this.#go();
  }

  /** Gives up. */
  close(error: RoomError): void {
    this.#end = error;
    this.#cancel();
    this.#settle(({ reject }) => reject(error));
  }

  #go(): void {
    const wanted = this.#wanted;
    if (!wanted || this.#sending || !this.#isSeated || this.#end) return;
    this.#cancel();
    this.#sending = wanted;
    const beginnings = this.#beginnings;
    const answered = (take: () => void) => {
      this.#sending = undefined;
      const isCurrent = this.#wanted === wanted && this.#beginnings === beginnings;
      if (isCurrent) take();
      else this.#go();
    };
    this.#send(wanted.state).then(
      () => answered(() => this.#settle(({ resolve }) => resolve())),
      (error: unknown) => answered(() => this.#failed(toRoomError(error))),
    );
  }

  #failed(error: RoomError): void {
    const isHere = error.code !== 'NOT_PRESENT';
    if (!error.retryable) {
      // What was said where there are seats is said again when there are.
      if (isHere || this.#waiting.length > 0) this.#wanted = undefined;
      this.#settle(({ reject }) => reject(error));
    } else if (isHere) {
      this.#cancel = this.#clock.after(error.retryAfterMs ?? AGAIN_MS, () => this.#go());
    }
    // The next `ready` says that there is a seat, and sends it again.
    else this.#isSeated = false;
  }

  #settle(tell: (one: Waiting) => void): void {
    for (const one of this.#waiting.splice(0)) tell(one);
  }
}
