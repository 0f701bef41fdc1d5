import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';

/** How presence is kept. */
export interface PresenceOptions {
  /** How long a seat is held whose connection broke, in milliseconds (PRE2). Default 15,000. */
  readonly holdMs?: number;
  /** Seats held at once; beyond, the one held longest is given up (count). Default 100,000: whoever connects
   *  and breaks off again and again fills no memory. */
  readonly maxHeld?: number;
}

/** A seat that is held, in the room of that key. */
export interface HeldSeat {
  readonly key: string;
  readonly memberId: string;
}

/** The seats that this node holds for those whose connection broke, the one held longest first. */
export class Holds {
  readonly #held = new Map<string, HeldSeat>();
  readonly #deadlines: Deadlines<HeldSeat>;
  readonly #maxHeld: number;
  readonly #onOver: (seat: HeldSeat) => void;

  /** `onOver` hears whose time is over. */
  constructor(options: PresenceOptions & { clock: Clock; onOver: (seat: HeldSeat) => void }) {
    const { clock, holdMs = 15_000, maxHeld = 100_000, onOver } = options;
    this.#maxHeld = maxHeld;
    this.#onOver = onOver;
    this.#deadlines = new Deadlines({ clock, ms: holdMs, onDue: (seat) => this.#giveUp(seat) });
  }

  hold(seat: HeldSeat): void {
    this.#held.set(idOf(seat), seat);
    this.#deadlines.set(seat);
    const [longest] = this.#held.size > this.#maxHeld ? this.#held.values() : [];
    if (longest) this.#giveUp(longest);
  }

  // A seat that was taken over comes to its end as well: there is nothing left of it then.
  release(seat: HeldSeat): void {
    const held = this.#held.get(idOf(seat));
    if (!held) return;
    this.#held.delete(idOf(seat));
    this.#deadlines.clear(held);
  }

  close(): void {
    for (const seat of this.#held.values()) this.#deadlines.clear(seat);
    this.#held.clear();
  }

  #giveUp(seat: HeldSeat): void {
    this.release(seat);
    this.#onOver(seat);
  }
}

function idOf({ key, memberId }: HeldSeat): string {
  return `${key} ${memberId}`;
}
