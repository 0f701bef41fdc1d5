import { foldLog, type Folded } from './fold.ts';
import type { RecordOf, Shown } from './history.ts';
import type { Known, Life } from './life.ts';
import { readPlace, type Place } from './place.ts';
import { answersRemoved, leftBehind } from './removals.ts';
import type { RoomJudge } from './room-judge.ts';

// Counting what is unread ends here.
const MOST_UNREAD = 1_000;

/** Judges what is read of one room's log: the newest part while it grows, all of it at the end. */
export class LogJudge {
  readonly #room: RoomJudge;
  #finalNext: number | undefined;
  #finalFirst = 0;
  readonly #final: Shown[] = [];
  #folded: ReadonlyMap<number, Folded> | undefined;
  /** Where the log ends, once all of it was read. */
  head: Place | undefined;

  constructor(room: RoomJudge) {
    this.#room = room;
  }

  /** The run's own reader has read on. */
  page(events: readonly Shown[]): void {
    const [oldest] = events;
    const place = oldest && readPlace(oldest.position);
    if (!place) return;
    const life = this.#room.life(place.epoch);
    const first = this.#lowest(life, place.offset, life.read + 1);
    if (first > life.read + 1) this.#checkTrimmed(life, first);
    const last = this.#readAll(events, place.offset, 'isRead');
    life.read = Math.max(life.read, last);
  }

  /** All that is kept, page by page, from the oldest. */
  final(events: readonly Shown[], isLast: boolean): void {
    const [first] = events;
    const place = first && readPlace(first.position);
    if (place) {
      if (this.#finalNext === undefined) this.#finalFirst = place.offset;
      const last = this.#readAll(events, this.#finalNext ?? place.offset, 'isKept');
      this.#finalNext = last + 1;
      this.head = { epoch: place.epoch, offset: last };
      this.#final.push(...events);
      for (const { key } of events) if (key !== undefined) this.#room.kept(key);
    }
    if (isLast) this.#conclude();
  }

  /** Returns the offset of the last. */
  #readAll(events: readonly Shown[], from: number, mark: 'isRead' | 'isKept'): number {
    let next = from;
    for (const shown of events) {
      const known = this.#room.witness(shown);
      if (known && known.key === shown.key) known[mark] = true;
      const place = readPlace(shown.position);
      const offset = place?.offset ?? next;
      const life = place && this.#room.life(place.epoch);
      const isHole = offset !== next && !(life && this.#lowest(life, offset, next) === next);
      if (isHole)
        this.#room.report('hole', `the log goes from offset ${next - 1} to ${shown.position}`);
      next = offset + 1;
    }
    return next - 1;
  }

  /** How far below `first`, down to `least`, everything may have lost its content: history leaves it out. */
  #lowest(life: Life, first: number, least: number): number {
    let lowest = first;
    while (lowest > least && this.#room.removals.isPossible(life, lowest - 1)) lowest -= 1;
    return lowest;
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
    if (life !== this.#room.current && !this.#room.mayGoBack) {
      report('epoch', `the log ended in epoch ${life.epoch}, which had been left`);
    }
    const head = this.head?.offset ?? 0;
    const oldestDue = Math.max(1, head - promises.maxEvents + 1);
    this.#finalFirst = this.#lowest(life, this.#finalFirst, oldestDue);
    if (this.#finalFirst > oldestDue) {
      report('lost', `the log begins at offset ${this.#finalFirst}, with its head at ${head}`);
    }
    for (const [offset, known] of life.above(0)) this.#checkKept(life, offset, known, oldestDue);
    if (life.top > head && life.at(life.top) === undefined) {
      report('lost', `the log was known to reach offset ${life.top} and ends at ${head}`);
    }
    this.head ??= { epoch: life.epoch, offset: 0 };
    this.#checkRemoved();
    this.#folded = foldLog(this.#final);
  }

  /** MSG2: nothing is done to what was removed. */
  #checkRemoved(): void {
    const { report } = this.#room;
    const left = leftBehind(this.#final);
    if (left) report('erased', `${left.position} was removed, and is there: ${left.value}`);
    const late = answersRemoved(this.#final);
    if (late) report('refusal', `${late.position} answers ${late.replyTo}, removed before it`);
  }

  /** Compares a reader's messages with what the log comes to. */
  view({ follower, since, messages }: RecordOf<'view'>): void {
    // What the log has trimmed since then a reader may still have.
    const from = Math.max(since, this.#finalFirst - 1);
    const mine = messages.filter(([position]) => (readPlace(position)?.offset ?? 0) > from);
    const expected = [...(this.#folded ?? [])]
      .filter(([offset]) => offset > from)
      .toSorted(([a], [b]) => a - b)
      .map(([, { position, value }]) => [position, value] as const);
    const at = Array.from({ length: Math.max(mine.length, expected.length) }).findIndex(
      (_, index) => String(mine[index]) !== String(expected[index]),
    );
    if (at === -1) return;
    const what = `${follower} has ${String(mine[at])} where the log comes to ${String(expected[at])}`;
    this.#room.report('fold', what);
  }

  /** Counts again what somebody is said not to have read. */
  unread({ user, readTo, count }: RecordOf<'unread'>): void {
    const read = readTo === undefined ? undefined : readPlace(readTo);
    const from = read && read.epoch === this.head?.epoch ? read.offset : 0;
    // What the log has trimmed counts for nobody who asks now; who has counted it earlier may not know.
    if (from < this.#finalFirst - 1) return this.#room.giveUp();
    const unread = [...(this.#folded ?? [])].filter(
      ([offset, { by, value }]) => offset > from && by !== user && value !== null,
    );
    // From there on there may be more.
    if (unread.length === count || Math.min(unread.length, count) >= MOST_UNREAD) return;
    this.#room.report(
      'unread',
      `${count} after ${readTo ?? 'nothing'} for ${user}, not ${unread.length}`,
    );
  }

  /** What anybody knew of has to be there, unless it was old enough to be trimmed. */
  #checkKept(life: Life, offset: number, known: Known, oldestDue: number): void {
    if (known.isKept || this.#room.removals.isPossible(life, offset)) return;
    if (offset < oldestDue) {
      if (known.isAcked && !known.isRead) this.#room.giveUp();
      return;
    }
    const what = `${known.key ?? 'an event'} was ${known.isAcked ? 'acknowledged' : 'shown'} at ${life.epoch}:${offset} and is not in the log`;
    this.#room.report(known.isAcked ? 'lost' : 'phantom', what);
  }
}
