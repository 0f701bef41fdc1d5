import type { Anomaly, AnomalyKind } from './anomaly.ts';
import { BanJudge } from './ban-judge.ts';
import { FollowerJudge } from './follower-judge.ts';
import type { HistoryRecord, RecordOf } from './history.ts';
import { PeopleJudge } from './people-judge.ts';
import { readKey } from './place.ts';
import { ReactionJudge } from './reaction-judge.ts';
import { Recoveries } from './recoveries.ts';
import { LogJudge } from './log-judge.ts';
import { RoomJudge, type Promises } from './room-judge.ts';
import { Unanswered } from './unanswered.ts';
import { ValuesJudge } from './values-judge.ts';

/** What a checked run comes to. */
export interface Verdict {
  readonly isClean: boolean;
  /** The first hundred. */
  readonly anomalies: readonly Anomaly[];
  readonly anomalyCount: number;
  /** Lines of the history by kind. */
  readonly counts: Readonly<Partial<Record<HistoryRecord['kind'], number>>>;
  /** Streams that began, by how: `fresh`, `resumed`, `gap`. */
  readonly starts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Milliseconds from a fault to the next ack of whom it hit. */
  readonly recovery: Readonly<Record<string, readonly number[]>>;
  /** Statements about events that the log had given up, or that lay too far back to be remembered. */
  readonly unchecked: number;
}

/** Judges a history line by line, in bounded memory. It knows what rooms promise, and nothing of how
 *  they are made: it imports no code that it judges. */
export interface Checker {
  add(record: HistoryRecord): void;
  readonly anomalyCount: number;
  /** The verdict on all that was added. */
  verdict(): Verdict;
}

const MOST_ANOMALIES = 100;
const DEFAULTS: Promises = { maxEvents: 10_000, maxReplay: 10_000, window: 20_000 };

/** Makes a checker. `promises`: what the server says of itself, where it differs from the defaults
 *  (10,000 events kept and replayed). */
export function createChecker(promises: Partial<Promises> = {}): Checker {
  return new HistoryChecker({ ...DEFAULTS, ...promises });
}

class HistoryChecker implements Checker {
  readonly #promises: Promises;
  readonly #rooms = new Map<string, RoomJudge>();
  readonly #logs = new Map<string, LogJudge>();
  readonly #followers = new Map<string, FollowerJudge>();
  readonly #recoveries = new Recoveries();
  readonly #unanswered = new Unanswered();
  readonly #anomalies: Anomaly[] = [];
  readonly #counts: Partial<Record<HistoryRecord['kind'], number>> = {};
  readonly #starts: Record<string, number> = {};
  readonly #faults: Record<string, number> = {};
  readonly #people = new PeopleJudge((...found) => this.#report(...found));
  readonly #bans = new BanJudge((...found) => this.#report(...found));
  readonly #reactions = new ReactionJudge((...found) => this.#report(...found));
  readonly #values = new ValuesJudge((...found) => this.#report(...found));
  #now = 0;
  anomalyCount = 0;

  constructor(promises: Promises) {
    this.#promises = promises;
  }

  add(record: HistoryRecord): void {
    this.#now = record.at;
    this.#counts[record.kind] = (this.#counts[record.kind] ?? 0) + 1;
    if (record.kind === 'access') this.#bans.add(record, record.at);
    else if (record.kind === 'reacting') this.#reactions.add(record, record.at);
    else if ('follower' in record) this.#followed(record);
    else if ('room' in record) this.#inRoom(record);
    else this.#happened(record);
  }

  verdict(): Verdict {
    let unchecked = 0;
    for (const room of this.#rooms.values()) unchecked += room.unchecked;
    return {
      isClean: this.anomalyCount === 0,
      anomalies: this.#anomalies,
      anomalyCount: this.anomalyCount,
      counts: this.#counts,
      starts: this.#starts,
      faults: this.#faults,
      recovery: this.#recoveries.samples,
      unchecked,
    };
  }

  #inRoom(record: InRoom): void {
    const room = this.#room(record.room);
    if (isAnswer(record)) this.#unanswered.answered(record.room, record.key);
    switch (record.kind) {
      case 'sent':
        this.#unanswered.sent(record.room, record.key);
        this.#recoveries.asked(record.at, record.key);
        return room.sent(record);
      case 'acked':
        this.#recoveries.acked(record.at, record.client, record.key);
        return room.acked(record);
      case 'refused':
        room.refused(record.key);
        return this.#report(
          'refusal',
          `${record.key} was refused with ${record.code}`,
          record.room,
        );
      case 'clashed':
        return room.clashed(record);
      case 'abandoned':
        return this.#hadNoAnswer(record.key, record.room);
      case 'passed':
        return room.passed(record);
      case 'asks':
        return room.asks(record);
      case 'newest':
        return room.newest(record);
      case 'page':
        return this.#log(room).page(record.events);
      case 'final':
        return this.#log(room).final(record.events, record.isLast);
      case 'declined':
        return room.declined(record);
      case 'retried':
        return this.#recoveries.asked(record.at, record.key);
    }
  }

  #followed(record: Extract<HistoryRecord, { follower: string }>): void {
    const follower = this.#follower(record.follower, record.room);
    switch (record.kind) {
      case 'asked':
        follower.asked(record);
        break;
      case 'began':
        this.#starts[record.start] = (this.#starts[record.start] ?? 0) + 1;
        follower.began(record);
        break;
      case 'saw':
        follower.saw(record);
        break;
      case 'glimpsed':
        this.#glimpsed(follower, record);
        break;
      case 'gap':
        follower.gap(record);
        break;
      case 'erased':
        follower.erased(record);
        break;
      case 'view':
      case 'unread':
        this.#log(follower.room)[record.kind](record as never);
        break;
      case 'values':
        this.#values.told(record);
        break;
      case 'people':
        this.#people.told(record);
        break;
      case 'failed':
        follower.failed(record);
        break;
      case 'left':
        follower.left();
    }
    if (record.id !== undefined) follower.tracked(record.id);
  }

  #happened(record: Exclude<HistoryRecord, { room: string }>): void {
    switch (record.kind) {
      case 'fault':
        this.#faults[record.fault] = (this.#faults[record.fault] ?? 0) + 1;
        this.#recoveries.fault(record.at, record.fault, record.client);
        if (record.damages) this.#damage(record);
        break;
      case 'measured':
        if (record.value <= record.most) break;
        this.#report('bound', `${record.what} is ${record.value}, and may be ${record.most}`);
        break;
      case 'ended':
        this.#ended();
        break;
      case 'healed':
        break;
    }
  }

  #ended(): void {
    this.#people.ended();
    this.#values.ended();
    this.#unanswered.each((key, room) => this.#hadNoAnswer(key, room));
    for (const follower of this.#followers.values()) {
      follower.ended(this.#log(follower.room).head);
    }
  }

  #hadNoAnswer(key: string, room: string): void {
    this.#report('liveness', `${key} had no answer when all was over`, room);
  }

  #damage({ at, damages: survivors = {}, forgets = false }: RecordOf<'fault'>): void {
    this.#reactions.forget(at);
    if (forgets) this.#bans.forget(at);
    for (const [name, room] of this.#rooms)
      room.damage(survivors[name] ?? Number.POSITIVE_INFINITY);
  }

  #glimpsed(follower: FollowerJudge, { key, room }: RecordOf<'glimpsed'>): void {
    const named = readKey(key);
    if (named && follower.room.wasSent(key)) follower.glimpsed(named.writer, named.n);
    else this.#report('phantom', `${follower.name} saw ${key}, which nobody sent`, room);
  }

  #room(name: string): RoomJudge {
    const known = this.#rooms.get(name);
    if (known) return known;
    const report = this.#report.bind(this);
    const room = new RoomJudge(name, this.#promises, report);
    this.#rooms.set(name, room);
    return room;
  }

  #log(room: RoomJudge): LogJudge {
    const log = this.#logs.get(room.name) ?? new LogJudge(room);
    this.#logs.set(room.name, log);
    return log;
  }

  #follower(name: string, room: string): FollowerJudge {
    const known = this.#followers.get(name);
    if (known) return known;
    const follower = new FollowerJudge(name, this.#room(room), this.#report.bind(this));
    this.#followers.set(name, follower);
    return follower;
  }

  #report(kind: AnomalyKind, what: string, room?: string): void {
    this.anomalyCount += 1;
    if (this.#anomalies.length >= MOST_ANOMALIES) return;
    this.#anomalies.push({ kind, at: this.#now, room, what });
  }
}

type InRoom = Exclude<
  Extract<HistoryRecord, { room: string }>,
  { follower: string } | { kind: 'access' | 'reacting' }
>;
type Answer = RecordOf<'acked' | 'refused' | 'abandoned' | 'declined'>;
const ANSWERS: readonly string[] = ['acked', 'refused', 'abandoned', 'declined'];

/** Does a publish end with it? */
function isAnswer(record: HistoryRecord): record is Answer {
  return ANSWERS.includes(record.kind);
}
