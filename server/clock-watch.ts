import { HOUR, MINUTE } from '../shared/index.ts';

/** The time of day, and the clock that nobody sets, at one moment; both in milliseconds. */
export interface Reading {
  readonly now: number;
  readonly elapsed: number;
}

// What keeps clocks in step moves them by less.
const LEAP_MS = 10 * MINUTE;
// A wrong clock is found by then, as a rule; one that was wrong before and was put right goes on like this.
const PROBATION_MS = HOUR;

/** Notices a time of day that has leapt ahead. What is dropped by age is dropped for good, so a new time has to prove
 *  itself first: it is believed when it is where the old one would be, or has gone on at the pace of the other clock
 *  for an hour. */
export class ClockWatch {
  /** By how much the time of day is ahead of the other clock where it is believed. */
  #believed: number;
  #doubted: { readonly ahead: number; readonly since: number } | undefined;

  constructor({ now, elapsed }: Reading) {
    this.#believed = now - elapsed;
  }

  /** By how much it has leapt ahead, in milliseconds. Undefined: it is believed. */
  look({ now, elapsed }: Reading): number | undefined {
    const ahead = now - elapsed;
    const leap = ahead - this.#believed;
    if (leap > LEAP_MS) {
      const isAnother = !this.#doubted || Math.abs(ahead - this.#doubted.ahead) > LEAP_MS;
      if (isAnother) this.#doubted = { ahead, since: elapsed };
      if (elapsed - (this.#doubted?.since ?? elapsed) < PROBATION_MS) return leap;
    }
    this.#believed = ahead;
    this.#doubted = undefined;
    return undefined;
  }
}
