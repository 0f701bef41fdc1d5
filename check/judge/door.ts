import type { Side } from './access.ts';

/** A time in which somebody is known to be on one side. */
export interface Stay {
  readonly side: Side;
  /** When word came that he is. */
  readonly since: number;
}

// A call without an answer lies in a frozen process, a stalled line or a queue for Redis: so long at most.
const GHOST_MS = 30_000;

/** Where one user stands to one room, as far as anybody can know. While a change is asked for he may be on either
 *  side; so he may after one that an earlier call without an answer may still undo. */
export class Door {
  #stay: Stay | undefined;
  #asked: { readonly to: Side; readonly at: number } | undefined;
  /** By side: until when a call without an answer may still bring him there. */
  readonly #ghosts = { in: Number.NEGATIVE_INFINITY, out: Number.NEGATIVE_INFINITY };

  /** Undefined: he may be on either side. */
  get stay(): Stay | undefined {
    return this.#stay;
  }

  asks(to: Side, at: number): void {
    this.#stay = undefined;
    this.#asked = { to, at };
  }

  done(isSure: boolean, at: number): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return;
    if (!isSure) this.#ghosts[asked.to] = at + GHOST_MS;
    const undoing = this.#ghosts[asked.to === 'in' ? 'out' : 'in'];
    if (asked.at >= undoing) this.#stay = { side: asked.to, since: at };
  }

  /** It was not done; calls without an answer may still do it. Returns whether such a one can be why. */
  undone(at: number): boolean {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return true;
    const isHaunted = asked.at < Math.max(this.#ghosts.in, this.#ghosts.out);
    this.#ghosts[asked.to] = at + GHOST_MS;
    return isHaunted;
  }
}
