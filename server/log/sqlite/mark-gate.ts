import { RoomError } from '../../../shared/index.ts';
import type { StoredEvent } from '../room-log.ts';

/** Events that a commit has added, by room (`roomKey`), each room's in offset order. */
export type Added = Iterable<readonly [key: string, events: readonly StoredEvent[]]>;

/** What a gate is made from. */
export interface MarkGateOptions {
  /** Commits that are marked when it begins. */
  readonly marked: number;
  /** Shows events to followers. */
  readonly show: (added: Added) => void;
  /** Writes the mark again, between two commits. Resolves with the commits that it vouches for. */
  readonly mark: () => Promise<number>;
  /** Runs a job when no commit is under way. */
  readonly exclusive: (job: () => Promise<void>) => Promise<void>;
}

/** Lets nobody see an event whose commit is not marked (LOG3): if such a commit is lost, nothing beside
 *  the database tells of it, and its offsets are given to other events. What it holds back is shown, in
 *  order, with the next mark that can be written. */
export class MarkGate {
  readonly #options: MarkGateOptions;
  #marked: number;
  readonly #held: (readonly [string, readonly StoredEvent[]])[] = [];
  /** Commits that readers wait for. */
  #wanted = 0;
  #catchingUp: Promise<void> | undefined;

  constructor(options: MarkGateOptions) {
    this.#options = options;
    this.#marked = options.marked;
  }

  /** The mark vouches for so many commits; for what has been `added`, too. */
  pass(marked: number, added: Added = []): void {
    // Whatever is held is of commits after the last mark.
    if (marked > this.#marked) this.#options.show(this.#held.splice(0));
    this.#marked = Math.max(this.#marked, marked);
    this.#options.show(added);
  }

  /** A commit is on disk and its mark is not. */
  hold(added: Added): void {
    this.#held.push(...added);
  }

  /** Looks at the log. `read` says which commits it has seen; if one of them is not marked it waits for the
   *  mark and looks again. @throws RoomError LOG_UNAVAILABLE when the mark cannot be written */
  async look<T>(read: () => { commits: number; result: T }): Promise<T> {
    for (;;) {
      const { commits, result } = read();
      if (commits <= this.#marked) return result;
      await this.#catchUp(commits);
      // Somebody else writes to the database, or the count is no number: nobody vouches for that.
      if (!(commits <= this.#marked)) throw new RoomError('LOG_UNAVAILABLE');
    }
  }

  #catchUp(commits: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, commits);
    return (this.#catchingUp ??= this.#options.exclusive(async () => {
      this.#catchingUp = undefined;
      // As a rule the commit was under way, and its own mark has come by now.
      if (!(this.#wanted <= this.#marked)) this.pass(await this.#options.mark());
    }));
  }
}
