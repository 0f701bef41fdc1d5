import type { Report } from './anomaly.ts';
import type { RecordOf, Skipped } from './history.ts';
import { isSamePlace, readPlace, writePlace, type Place } from './place.ts';
import type { RoomJudge } from './room-judge.ts';

/** Judges one reader's stream: whole, in order, each event once, and honest about the rest. */
export class FollowerJudge {
  readonly name: string;
  readonly room: RoomJudge;
  readonly #report: Report;
  /** The last durable event shown, or where the stream began. */
  #place: Place | undefined;
  /** The highest place that anybody knew when the stream was asked for. */
  #topWhenAsked: Place | undefined;
  #isOver = false;
  /** By writer: the last event seen that no log keeps. */
  readonly #glimpsed = new Map<string, number>();

  constructor(name: string, room: RoomJudge, report: Report) {
    this.name = name;
    this.room = room;
    this.#report = (kind, what) => report(kind, `${name}: ${what}`, room.name);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get place(): Place | undefined {
    return this.#place;
  }

  asked({ since }: RecordOf<'asked'>): void {
    this.#isOver = false;
    this.#topWhenAsked = this.room.top;
    const place = since === undefined ? undefined : readPlace(since);
    if (!this.#place) this.#place = place;
    else if (!isSamePlace(this.#place, place)) {
      this.#report(
        'tracking',
        `asked to go on after ${since ?? 'nothing'}, and stood at ${writePlace(this.#place)}`,
      );
    }
  }

  began({ start, position, gap }: RecordOf<'began'>): void {
    const place = readPlace(position);
    if (!place)
      return this.#report('resume', `the stream began at ${position}, which is no position`);
    const from = this.#place;
    if (!from) {
      if (start !== 'fresh') this.#report('resume', `a new stream began as ${start}`);
    } else if (start === 'fresh') {
      this.#report('resume', `began anew at ${position} after it had stood at ${writePlace(from)}`);
    } else if (start === 'resumed') this.#checkResumed(from, place);
    else this.#checkGap(from, place, gap);
    this.#moveTo(place);
  }

  saw({ event }: RecordOf<'saw'>): void {
    const place = readPlace(event.position);
    this.room.witness(event);
    if (place) this.#stepTo(place, event.position);
  }

  #stepTo(place: Place, position: string): void {
    const from = this.#place;
    if (!from) this.#report('resume', `saw ${position} before the stream had begun`);
    else if (from.epoch !== place.epoch)
      this.#report('epoch', `saw ${position} after ${writePlace(from)}`);
    else if (place.offset <= from.offset)
      this.#report('repeat', `saw ${position} again, after ${writePlace(from)}`);
    else if (place.offset > from.offset + 1)
      this.#report('hole', `saw ${position} right after ${writePlace(from)}`);
    if (!from || from.epoch !== place.epoch || place.offset > from.offset) this.#place = place;
  }

  /** It is told of a place and of nothing else: what stood there must have been removed. */
  erased({ position }: RecordOf<'erased'>): void {
    const place = readPlace(position);
    if (!place) return this.#report('erased', `told of ${position}, which is no position`);
    const life = this.room.life(place.epoch);
    life.reach(place.offset);
    if (!this.room.removals.isPossible(life, place.offset)) {
      this.#report('erased', `${position} has no content, and nobody removed it`);
    }
    this.#stepTo(place, position);
  }

  gap({ gap }: RecordOf<'gap'>): void {
    const to = readPlace(gap.to);
    if (!to || !this.#place) return this.#report('gap', `a gap to ${gap.to}`);
    this.#checkGap(this.#place, to, gap);
    this.#moveTo(to);
  }

  /** `n` of a writer's events that no log keeps: his come in order, none twice. */
  glimpsed(writer: string, n: number): void {
    const last = this.#glimpsed.get(writer) ?? 0;
    if (n <= last) this.#report('repeat', `saw ${writer}/${n} after ${writer}/${last}`);
    this.#glimpsed.set(writer, Math.max(last, n));
  }

  /** RES1: whatever a frame is tracked by, it stands where its reader does. */
  tracked(id: string): void {
    if (!this.#place || isSamePlace(readPlace(id), this.#place)) return;
    this.#report(
      'tracking',
      `a frame is tracked as ${id}, and the reader stands at ${writePlace(this.#place)}`,
    );
  }

  failed({ code }: RecordOf<'failed'>): void {
    this.#isOver = true;
    this.#report('liveness', `the stream ended with ${code}`);
  }

  /** It may come back to where it stood. */
  left(): void {
    this.#isOver = true;
  }

  /** When all is over: a reader who is still there has come to where the log ends. */
  ended(head: Place | undefined): void {
    if (this.#isOver || !head || isSamePlace(this.#place, head)) return;
    const where = this.#place ? writePlace(this.#place) : 'nowhere';
    this.#report('liveness', `stands at ${where} when the log ends at ${writePlace(head)}`);
  }

  #checkResumed(from: Place, to: Place): void {
    if (!isSamePlace(from, to)) {
      return this.#report(
        'resume',
        `resumed at ${writePlace(to)} after it had stood at ${writePlace(from)}`,
      );
    }
    const top = this.#topWhenAsked;
    if (top?.epoch !== from.epoch) return;
    const behind = top.offset - from.offset;
    if (behind > this.room.promises.maxReplay)
      this.#report('resume', `resumed ${behind} events behind`);
  }

  #checkGap(from: Place, to: Place, gap: Skipped | undefined): void {
    if (!gap) return this.#report('gap', `a gap that says nothing, at ${writePlace(to)}`);
    if (!isSamePlace(readPlace(gap.from), from) || !isSamePlace(readPlace(gap.to), to)) {
      const said = `from ${gap.from} to ${gap.to}`;
      return this.#report(
        'gap',
        `a gap ${said} lies from ${writePlace(from)} to ${writePlace(to)}`,
      );
    }
    if (!this.#isTrue(gap.reason, from, to)) {
      this.#report('gap', `${gap.reason} is not why ${gap.from} to ${gap.to} is missing`);
    }
  }

  #isTrue(reason: string, from: Place, to: Place): boolean {
    const { maxEvents, maxReplay } = this.room.promises;
    if (from.epoch !== to.epoch) return reason === 'epoch-changed';
    if (reason === 'expired') return from.offset < to.offset - maxEvents;
    return reason === 'too-many' && to.offset - from.offset > maxReplay;
  }

  #moveTo(place: Place): void {
    this.#place = place;
    this.#topWhenAsked = undefined;
    this.room.life(place.epoch).reach(place.offset);
  }
}
