import { RoomError, type FrameOf, type RoomKind } from '../shared/index.ts';
import { isOwnError } from './call-error.ts';
import type { Clock } from './clock.ts';
import { positionOf, type Beginning } from './frame-place.ts';
import { mayPass } from './passing.ts';
import { Retrying } from './retrying.ts';

// Frames that wait for `loadState`: beyond, it will not keep up.
const MOST_HELD = 10_000;

/** What it is made from. */
export interface StateLoadingOptions<K extends RoomKind> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly loadState: (position: string) => void | Promise<void>;
  /** The state is there, and what came meanwhile follows it. */
  readonly onLoaded: (beginning: Beginning<K>, later: readonly FrameOf<K>[]) => void;
  /** It could not be loaded just now, and is tried again. */
  readonly onWait: (error: RoomError) => void;
  readonly onFail: (error: RoomError) => void;
}

/** Loads the state up to where a stream begins, and keeps the stream until that is done: nothing overtakes,
 *  nothing drops. */
export class StateLoading<K extends RoomKind> {
  readonly #options: StateLoadingOptions<K>;
  readonly #loading: Retrying<void>;
  #held: { readonly beginning: Beginning<K>; readonly later: FrameOf<K>[] } | undefined;

  constructor(options: StateLoadingOptions<K>) {
    this.#options = options;
    this.#loading = new Retrying({
      ...options,
      ask: async () => {
        if (this.#held) await options.loadState(positionOf(this.#held.beginning));
      },
      // Whatever else an app throws is its own fault, and final.
      passes: (error, cause) => isOwnError(cause) && mayPass(error),
      onAnswer: () => {
        const held = this.#held;
        this.#held = undefined;
        if (held) options.onLoaded(held.beginning, held.later);
      },
    });
  }

  /** Loads. A load that is overtaken by a later one is forgotten: that one's state holds everything before its
   *  position. */
  start(beginning: Beginning<K>): void {
    this.#held = { beginning, later: [] };
    this.#loading.start();
  }

  /** Takes a frame if it has to wait. */
  holds(frame: FrameOf<K>): boolean {
    if (!this.#held) return false;
    if (this.#held.later.length < MOST_HELD) this.#held.later.push(frame);
    else {
      const what = 'too much came while loadState was at work';
      this.#options.onFail(new RoomError('SLOW_CONSUMER', what));
    }
    return true;
  }

  /** Of what waits nothing is shown any more. */
  stop(): void {
    this.#held = undefined;
    this.#loading.stop();
  }
}
