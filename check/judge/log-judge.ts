import type { Shown } from './history.ts';
import type { Known, Life } from './life.ts';
import { readPlace, type Place } from './place.ts';
import type { RoomJudge } from './room-judge.ts';

/** Judges what is read of one room's log: the newest part while it grows, all of it at the end. */
export class LogJudge {
  readonly #room: RoomJudge;
  #finalNext: number | undefined;
  #finalFirst = 0;
  /** Where the log ends, once all of it was read. */
  head: Place | undefined;

  constructor(room: RoomJudge) {
    this.#room = room;
  }

  /** The run's own reader has read on. */
  page(events: readonly Shown[]): void {
    const [first] = events;
    const place = first && readPlace(first.position);
    if (!place) return;
    const life = this.#room.life(place.epoch);
    if (place.offset > life.read + 1) this.#checkTrimmed(life, place.offset);
    this.#readAll(events, place.offset, 'isRead');
    life.read = Math.max(life.read, place.offset + events.length - 1);
  }

  /** All that is kept, page by page, from the oldest. */
  final(events: readonly Shown[], isLast: boolean): void {
    const [first] = events;
    const place = first && readPlace(first.position);
    if (place) {
      if (this.#finalNext === undefined) this.#finalFirst = place.offset;
      this.#readAll(events, this.#finalNext ?? place.offset, 'isKept');
      this.#finalNext = place.offset + events.length;
      this.head = { epoch: place.epoch, offset: this.#finalNext - 1 };
    }
    if (isLast) this.#conclude();
  }

  #readAll(events: readonly Shown[], from: number, mark: 'isRead' | 'isKept'): void {
    let next = from;
    for (const shown of events) {
      const known = this.#room.witness(shown);
      if (known && known.key === shown.key) known[mark] = true;
      const offset = readPlace(shown.position)?.offset ?? next;
      if (offset !== next)
        this.#room.report('hole', `the log goes from offset ${next - 1} to ${shown.position}`);
      next = offset + 1;
    }
  }

  /** Below `first` nothing was left when the reader came: may it have gone already? */
  #checkTrimmed(life: Life, first: number): void {
    const mostHead = life.top + this.#room.mostUntold;
    if (first <= Math.max(1, mostHead - this.#room.promises.maxEvents + 1)) return;
    this.#room.report(
      'lost',
      `the log of epoch ${life.epoch} begins at offset ${first}, and must keep ${this.#room.promises.maxEvents} events`,
    );
  }

  #conclude(): void {
    const life = this.head ? this.#room.life(this.head.epoch) : this.#room.current;
    if (!life) return;
    const { report, promises } = this.#room;
    if (life !== this.#room.current) {
      report('epoch', `the log ended in epoch ${life.epoch}, which had been left`);
    }
    const head = this.head?.offset ?? 0;
    const oldestDue = Math.max(1, head - promises.maxEvents + 1);
    if (this.#finalFirst > oldestDue) {
      report('lost', `the log begins at offset ${this.#finalFirst}, with its head at ${head}`);
    }
    for (const [offset, known] of life.above(0)) this.#checkKept(life, offset, known, oldestDue);
    if (life.top > head && life.at(life.top) === undefined) {
      report('lost', `the log was known to reach offset ${life.top} and ends at ${head}`);
    }
    this.head ??= { epoch: life.epoch, offset: 0 };
  }

  /** What anybody knew of has to be there, unless it was old enough to be trimmed. */
  #checkKept(life: Life, offset: number, known: Known, oldestDue: number): void {
    if (known.isKept) return;
    if (offset < oldestDue) {
      if (known.isAcked && !known.isRead) this.#room.giveUp();
      return;
    }
    const what = `${known.key ?? 'an event'} was ${known.isAcked ? 'acknowledged' : 'shown'} at ${life.epoch}:${offset} and is not in the log`;
    this.#room.report(known.isAcked ? 'lost' : 'phantom', what);
  }
}
