import type { Report } from './anomaly.ts';
import type { RecordOf, Shown } from './history.ts';
import { Declined } from './declined.ts';
import { contentOf, Life, type Known } from './life.ts';
import { readKey, readPlace, writePlace, type Place } from './place.ts';
import { Removals } from './removals.ts';

/** What a judge has to know of the server that made the history. */
export interface Promises {
  /** Events that the log keeps of a room at least. */
  readonly maxEvents: number;
  /** Events that a resuming stream replays at most. */
  readonly maxReplay: number;
  /** Places of a room that the judge remembers. */
  readonly window: number;
}

interface Pending extends Pick<Shown, 'by' | 'value' | 'replyTo' | 'change'> {
  /** The highest place that was known when it was sent: its own must be above. */
  readonly floor: Place | undefined;
}

// Older lives can only meet readers who have not heard yet.
const LIVES = 2;

/** Judges what is said of one room's log: by acks, by streams and by reads. */
export class RoomJudge {
  readonly name: string;
  readonly promises: Promises;
  readonly report: Report;
  readonly #lives: Life[] = [];
  #livesSeen = 0;
  /** Of damages: the highest place that survived each. */
  readonly #survivors: number[] = [];
  readonly #pending = new Map<string, Pending>();
  /** The last number of each writer. */
  readonly #sent = new Map<string, number>();
  readonly removals = new Removals();
  readonly #declined: Declined;
  readonly #asked = new Map<string, { floor: Place | undefined; damages: number }>();
  #damages = 0;
  #unchecked = 0;

  constructor(name: string, promises: Promises, report: Report) {
    this.name = name;
    this.promises = promises;
    this.report = (kind, what) => report(kind, what, name);
    this.#declined = new Declined(this.report, this.removals);
  }

  /** The highest place that anybody knows of. */
  get top(): Place | undefined {
    const life = this.#lives.at(-1);
    return life && { epoch: life.epoch, offset: life.top };
  }

  /** Statements about places that are no longer remembered. */
  get unchecked(): number {
    return this.#lives.reduce((sum, { unchecked }) => sum + unchecked, this.#unchecked);
  }

  /** The life that began last. */
  get current(): Life | undefined {
    return this.#lives.at(-1);
  }

  /** Has a damage befallen the newest life that no other life has come of yet? It may have taken the note that it
   *  began: then the one before goes on. */
  get mayGoBack(): boolean {
    return this.#survivors.length >= this.#livesSeen;
  }

  /** How many events may stand in the log that nobody has told of yet: one of each writer, be it new
   *  or, after a damage, an old one that he has sent again. */
  get mostUntold(): number {
    return this.#sent.size;
  }

  /** Something cannot be compared any more. */
  giveUp(): void {
    this.#unchecked += 1;
  }

  damage(survivor: number): void {
    this.#damages += 1;
    // Of a log that nobody has seen anything of, nothing that anybody knows is lost.
    this.#survivors.push(this.#livesSeen === 0 ? Number.POSITIVE_INFINITY : survivor);
  }

  sent(record: RecordOf<'sent'>): void {
    const { key, by, value, replyTo, change } = record;
    this.removals.sent(record);
    this.#noteSent(key);
    this.#pending.set(key, { by, value, replyTo, change, floor: this.top });
  }

  acked({ key, position, stamp, duplicate }: RecordOf<'acked'>): void {
    const place = readPlace(position);
    if (!place)
      return this.report('ack', `${key} was acknowledged at ${position}, which is no position`);
    const life = this.life(place.epoch);
    const pending = this.#pending.get(key);
    if (!pending) return this.#ackedAgain(life, place.offset, { key, stamp, duplicate });
    const { by, value, replyTo } = pending;
    this.#meet(life, place.offset, { key, by, value, replyTo, stamp });
    this.#pending.delete(key);
    const known = life.at(place.offset);
    if (known?.key === key) known.isAcked = true;
  }

  /** It was refused, and will never be there. */
  refused(key: string): void {
    this.#pending.delete(key);
  }

  /** It was refused for what has become of the event that it is about: then no attempt of it may be there (SND1). */
  declined({ key, code }: { readonly key: string; readonly code: string }): void {
    const { replyTo, change } = this.#pending.get(key) ?? {};
    const about = replyTo ?? (change && readPlace(change.target)?.offset);
    const mostHead = (this.top?.offset ?? 0) + this.mostUntold;
    const oldestDue = mostHead - this.promises.maxEvents + 1;
    const isDamaged = this.#damages > 0;
    this.#declined.add(key, code, about, { oldestDue, isDamaged });
    if (!isDamaged && this.current?.holds(key)) this.#declined.stands(key);
  }

  /** It is in the log when all is over. */
  kept(key: string): void {
    this.#declined.stands(key);
  }

  /** Other data was sent under a key that had been answered. */
  clashed({ key, code, position }: RecordOf<'clashed'>): void {
    const place = position === undefined ? undefined : readPlace(position);
    if (place) this.life(place.epoch).reach(place.offset);
    if (code === 'CONFLICT') return;
    // LOG5: of what is removed nobody knows any more which data its key stood for.
    if (place && this.removals.isAsked(place.offset)) return;
    // A damage may have taken the key, and then nothing stands against the other data.
    if (this.#livesSeen > 1) this.giveUp();
    else this.report('refusal', `other data under ${key} met ${code ?? 'an ack'}`);
  }

  /** Somebody was shown an event. */
  witness(shown: Shown): Known | undefined {
    const place = readPlace(shown.position);
    if (!place || place.offset < 1) {
      this.report('altered', `an event stands at ${shown.position}, which is no place`);
      return undefined;
    }
    const life = this.life(place.epoch);
    this.#meet(life, place.offset, shown);
    return life.at(place.offset);
  }

  /** A writer sends something that no log keeps. */
  passed({ key }: RecordOf<'passed'>): void {
    this.#noteSent(key);
  }

  /** Was the key ever sent? */
  wasSent(key: string): boolean {
    const named = readKey(key);
    return named !== undefined && named.n <= (this.#sent.get(named.writer) ?? 0);
  }

  asks({ reader }: RecordOf<'asks'>): void {
    this.#asked.set(reader, { floor: this.top, damages: this.#damages });
  }

  newest({ reader, position }: RecordOf<'newest'>): void {
    const { floor, damages } = this.#asked.get(reader) ?? {};
    const place = position === undefined ? undefined : readPlace(position);
    if (place) this.life(place.epoch).reach(place.offset);
    if (!floor || floor.offset === 0 || damages !== this.#damages) return;
    // The log may have begun anew, and be empty.
    const isAnew = this.mayGoBack || floor.epoch !== this.current?.epoch;
    if (!place && isAnew) return;
    if (place && (place.epoch !== floor.epoch || place.offset >= floor.offset)) return;
    const what = `${reader} read up to ${position ?? 'nothing'} when ${writePlace(floor)} was known`;
    this.report('stale', what);
  }

  /** One life of this room's log. A new one needs a damage that explains it. */
  life(epoch: string): Life {
    const known = this.#lives.find((life) => life.epoch === epoch);
    if (known) return known;
    const { window } = this.promises;
    const life = new Life({ epoch, room: this.name, window, report: this.report });
    if (this.#livesSeen > this.#survivors.length) {
      this.report('epoch', `epoch ${epoch} began, and nothing had been damaged`);
    } else if (this.#livesSeen > 0) this.#inherit(life, this.#lives.at(-1));
    this.#livesSeen += 1;
    this.#lives.push(life);
    const old = this.#lives.length > LIVES ? this.#lives.shift() : undefined;
    this.#unchecked += old?.unchecked ?? 0;
    return life;
  }

  /** What a damage did not take is still there, at the same places. */
  #inherit(life: Life, before: Life | undefined): void {
    // Several damages may lie between two lives that anybody has seen.
    const survivor = Math.min(...this.#survivors.slice(this.#livesSeen - 1));
    this.#survivors.length = this.#livesSeen;
    life.reach(Number.isFinite(survivor) ? survivor : (before?.top ?? 0));
    for (const [offset, known] of before?.above(0) ?? []) {
      if (offset > survivor) continue;
      const { key, by, value, replyTo, stamp, isAcked, isRead } = known;
      const kept = life.witness(offset, {
        key,
        by,
        value,
        replyTo,
        ...(stamp === undefined ? {} : { stamp }),
      });
      if (kept) Object.assign(kept, { isAcked, isRead });
    }
  }

  #meet(life: Life, offset: number, shown: Omit<Shown, 'position'>): void {
    const { key } = shown;
    const isStored = key !== undefined && life.holds(key);
    const isNew = life.witness(offset, shown) !== undefined;
    if (!isNew || isStored) return;
    if (key !== undefined && this.#damages === 0) this.#declined.stands(key);
    const pending = key === undefined ? undefined : this.#pending.get(key);
    if (pending) return this.#compare(life, offset, { ...shown, key: String(key) }, pending);
    // What a damage has left of an earlier life was answered long ago.
    if (this.#livesSeen > 1 && key !== undefined && this.wasSent(key)) return;
    const where = `${life.epoch}:${offset}`;
    const who =
      key === undefined ? 'An event without a key' : `${key}, which was not sent or was refused,`;
    this.report('phantom', `${who} stands at ${where}`);
  }

  #compare(
    life: Life,
    offset: number,
    shown: Pick<Shown, 'by' | 'value' | 'replyTo'> & { key: string },
    pending: Pending,
  ): void {
    const where = `${life.epoch}:${offset}`;
    if (contentOf(shown) !== contentOf(pending)) {
      const what = `${shown.key} was sent as ${contentOf(pending)} and stands at ${where} as ${contentOf(shown)}`;
      this.report('altered', what);
    }
    const { floor } = pending;
    if (floor?.epoch !== life.epoch || offset > floor.offset) return;
    this.report(
      'real-time',
      `${shown.key} was sent when ${writePlace(floor)} was known, and stands at ${where}`,
    );
  }

  #noteSent(key: string): void {
    const named = readKey(key);
    if (named) this.#sent.set(named.writer, named.n);
  }

  #ackedAgain(
    life: Life,
    offset: number,
    again: { key: string; stamp: number; duplicate: boolean },
  ): void {
    const { key, stamp, duplicate } = again;
    life.reach(offset);
    const known = life.at(offset);
    if (!known) {
      // Forgotten, or stored anew after a damage: there is nothing to compare it with.
      if (this.#livesSeen > 1 || life.hasForgotten(offset)) this.#unchecked += 1;
      else
        this.report(
          'ack',
          `${key} was acknowledged again, at ${life.epoch}:${offset}, where nothing stands`,
        );
      return;
    }
    if (known.key !== key) {
      return this.report(
        'ack',
        `${key} was acknowledged again, at ${life.epoch}:${offset}, where ${known.key ?? 'another'} stands`,
      );
    }
    // A damage may have taken it, and this is its second life.
    const isAnew = this.#livesSeen > 1 && !known.isAcked;
    if (!duplicate && !isAnew)
      this.report('ack', `${key} was acknowledged again as if it were new`);
    known.isAcked = true;
    if (known.stamp !== undefined && known.stamp !== stamp)
      this.report('ack', `${key} was acknowledged again with another time`);
  }
}
