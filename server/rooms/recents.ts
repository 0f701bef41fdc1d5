import { limits, type Position, type RoomEvent } from '../../shared/index.ts';
import type { Page } from '../log/room-log.ts';
import { countWithin, roomEvent } from './tracked-frame.ts';

/** Where a room stands, and what came last before. */
export interface Recent {
  readonly position: Position;
  /** Oldest first, without a hole between them and the position. */
  readonly events: readonly RoomEvent[];
}

/** Reads a room's newest events for those who begin. One read at a time: who comes while it is under way
 *  shares the next one with all others who do. It begins after each of them has asked, so none is shown what
 *  was erased before, and none stands behind what he has missed. */
export class Recents {
  readonly #read: () => Promise<Page>;
  #reading: Promise<Recent> | undefined;
  #next: Promise<Recent> | undefined;

  constructor(read: () => Promise<Page>) {
    this.#read = read;
  }

  /** @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  get(): Promise<Recent> {
    if (!this.#reading) return this.#start();
    const again = () => {
      this.#next = undefined;
      return this.#start();
    };
    return (this.#next ??= this.#reading.then(again, again));
  }

  #start(): Promise<Recent> {
    const reading = this.#read().then(recentOf);
    this.#reading = reading;
    const end = () => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.then(end, end);
    return reading;
  }
}

/** As many of the newest as fit in a frame that a slow reader can take (`recentBytes`). */
export function recentOf({ events, epoch, head }: Page): Recent {
  const count = countWithin(events.toReversed(), limits.recentBytes);
  const newest = events.slice(events.length - count);
  const recent = newest.flatMap((stored) => roomEvent(stored, epoch) ?? []);
  return { position: { epoch, offset: head }, events: recent };
}
