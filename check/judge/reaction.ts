// A call without an answer lies in a frozen process, a stalled line or a queue for Redis: so long at most.
const GHOST_MS = 30_000;

/** One user's reaction to a message with one name, as far as anybody can know. */
export class Reaction {
  readonly user: string;
  readonly name: string;
  #on: boolean | undefined = false;
  /** The summary at this offset, and all after it, know of it. */
  #toldAt = 0;
  #asked: { readonly on: boolean; readonly at: number } | undefined;
  /** Until when a call without an answer may still add it, or take it back. */
  readonly #ghosts = { added: Number.NEGATIVE_INFINITY, taken: Number.NEGATIVE_INFINITY };

  constructor(user: string, name: string) {
    this.user = user;
    this.name = name;
  }

  asks(on: boolean, at: number): void {
    this.#asked = { on, at };
    this.#on = undefined;
  }

  /** Returns whether it has to be there now, or must not. Undefined: it may be either. */
  done(toldAt: number, isSure: boolean, at: number): boolean | undefined {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return undefined;
    const { on } = asked;
    if (!isSure) this.#ghosts[on ? 'added' : 'taken'] = at + GHOST_MS;
    const undoing = this.#ghosts[on ? 'taken' : 'added'];
    this.#toldAt = toldAt;
    this.#on = asked.at >= undoing ? on : undefined;
    return this.#on;
  }

  /** Whatever it is now, nobody knows. */
  refused(): void {
    this.#asked = undefined;
  }

  /** Must it be in a summary that is shown now and stands at `offset`? Undefined: it may be. */
  isIn(offset: number): boolean | undefined {
    return offset >= this.#toldAt ? this.#on : undefined;
  }
}
