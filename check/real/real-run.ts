import { LogReader } from '../actors/log-reader.ts';
import type { Line, Stage } from '../actors/stage.ts';
import { createChecker, type Verdict } from '../judge/checker.ts';
import type { HistoryRecord } from '../judge/history.ts';
import { createRandom } from '../random.ts';
import { chatSubject, type Subject } from '../subject.ts';
import { openCrewMember, openScribe, type CrewMember, type Scribe } from './crew.ts';
import { Nemesis } from './nemesis.ts';
import { ownVenue, type Venue } from './venue.ts';
import { openPlays, type Plays } from './plays.ts';
import { Routine } from './routine.ts';
import { pass, settled, sleep, until, untilTogether } from './waiting.ts';

/** How a real run goes. */
export interface RealOptions {
  readonly seed: string;
  /** How long things go wrong, in milliseconds. */
  readonly durationMs: number;
  /** Default: a server of our own, on a disk of this machine. It is closed when the run is over. */
  readonly venue?: Venue | undefined;
  /** Default: messages of the chat that the ready server carries. */
  readonly subject?: Subject | undefined;
  /** Clients (default 6 for each node), rooms (default 3, over several nodes 6), writers of each client (default 16). */
  readonly clients?: number | undefined;
  readonly rooms?: number | undefined;
  readonly writers?: number | undefined;
  /** How long a writer waits between two publishes, on average, in milliseconds. Default 0. */
  readonly pauseMs?: number | undefined;
  /** Events that the server keeps of a room at least. Default 10,000. */
  readonly maxEvents?: number | undefined;
  /** Ends the trouble early. */
  readonly signal?: AbortSignal | undefined;
  readonly onRecord?: ((record: HistoryRecord) => void) | undefined;
}

// A client waits up to 20 s between two attempts, and notices a dead connection within 10 s.
const BOUND_MS = 45_000;
// Whoever asks once more, and then no more, has his answer.
const ASK_MS = 15_000;
// Scenes of some seconds each, after faults that clients notice late.
const PLAY_MS = 180_000;
// Of messages that a reader has not loaded yet.
const MOST_PAGES = 5;
const MOST_MEMORY = 1024 ** 3;

/** Runs real clients against a real server through real sockets that misbehave, and judges what they
 *  saw. @throws Error when the server does not start or does not come back */
export async function runReal(options: RealOptions): Promise<Verdict> {
  const venue = options.venue ?? (await ownVenue());
  const run = new RealRun(options, venue);
  try {
    await run.open();
    await run.rage();
    // What went wrong will not come right: it is told at once.
    if (run.isClean()) await run.comeToRest();
    return run.verdict();
  } finally {
    await run.close();
    await venue.close();
  }
}

class RealRun {
  readonly #options: RealOptions;
  readonly #venue: Venue;
  readonly #stage: Stage;
  readonly #crew: CrewMember[] = [];
  readonly #named: Pick<CrewMember, 'name' | 'proxy'>[] = [];
  #plays: Plays | undefined;
  readonly #rooms: readonly string[];
  readonly #readers: LogReader[] = [];
  readonly #routine: Routine;
  readonly #nemesis: Nemesis;
  #scribe: Scribe | undefined;
  readonly verdict: () => Verdict;
  readonly isClean: () => boolean;
  /** Aborts at the first anomaly. */
  readonly #wrong = new AbortController();
  #isOver = false;

  constructor(options: RealOptions, venue: Venue) {
    this.#options = options;
    this.#venue = venue;
    const checker = createChecker({ maxEvents: options.maxEvents ?? 10_000 });
    this.verdict = () => checker.verdict();
    this.isClean = () => checker.anomalyCount === 0;
    const began = performance.now();
    const random = createRandom(options.seed);
    const record = (line: Line) => {
      const full = { ...line, at: performance.now() - began };
      checker.add(full);
      options.onRecord?.(full);
      this.#plays?.hear(line);
      if (checker.anomalyCount > 0) this.#wrong.abort();
    };
    this.#stage = {
      subject: options.subject ?? chatSubject,
      record,
      random: random.fork('actors'),
      sleep,
      isOver: () => this.#isOver,
    };
    this.#rooms = roomNames(options.seed, options.rooms ?? (venue.cluster ? 6 : 3));
    this.#routine = new Routine({
      stage: this.#stage,
      venue,
      crew: this.#crew,
      readers: this.#readers,
      pauseMs: options.pauseMs ?? 0,
    });
    this.#nemesis = new Nemesis({
      crew: this.#named,
      venue,
      rooms: this.#rooms,
      kind: this.#stage.subject.kind.name,
      random: random.fork('nemesis'),
      record,
    });
  }

  async open(): Promise<void> {
    const { writers = 16 } = this.#options;
    const clients = this.#options.clients ?? 6 * (this.#venue.cluster?.nodes.length ?? 1);
    const { calls } = (this.#scribe = await openScribe(this.#stage, this.#venue));
    this.#readers.push(...this.#rooms.map((room) => new LogReader(this.#stage, calls, room)));
    for (let index = 0; index < clients; index += 1) {
      const name = `c${index}`;
      const room = this.#rooms[index % this.#rooms.length] ?? '';
      const parts = { stage: this.#stage, venue: this.#venue };
      this.#crew.push(await openCrewMember({ ...parts, name, room, writers }));
    }
    const open = `${this.#rooms[0] ?? ''}-reactions`;
    // Where writers rest, the others rest twice as long: they are few who do much.
    const pauseMs = 2 * (this.#options.pauseMs ?? 0);
    this.#plays = await openPlays(this.#stage, this.#venue, { room: open, pauseMs });
    this.#named.push(...this.#crew, ...this.#plays.named);
    const hasBegun = () => this.#crew.every(({ follower }) => follower.position !== undefined);
    if (!(await until(hasBegun, BOUND_MS))) throw new Error('real-run: the server lets nobody in');
  }

  /** Everybody writes, and things go wrong. */
  async rage(): Promise<void> {
    this.#nemesis.start();
    this.#plays?.begin();
    this.#routine.begin();
    const { durationMs, signal } = this.#options;
    const stop = signal ? AbortSignal.any([signal, this.#wrong.signal]) : this.#wrong.signal;
    await pass(durationMs, stop);
    await this.#nemesis.heal();
    if (this.#nemesis.failure !== undefined) throw this.#nemesis.failure;
    this.#routine.stopWriting();
  }

  /** What was sent gets its answer, everybody catches up, and the log is read once more. */
  async comeToRest(): Promise<void> {
    if (!(await this.#waitForPlays((plays) => plays.end()))) return;
    if (!(await this.#hearAnswers())) return;
    this.#routine.stopReading();
    const reading = this.#routine.over().then(() => this.#readFinally());
    if (!(await settled(reading, BOUND_MS))) {
      throw new Error('real-run: the log cannot be read to its end');
    }
    const soon = untilTogether(BOUND_MS);
    await soon(() => this.#hasCaughtUp());
    await soon(() => this.#crew.every(({ follower }) => follower.isSettled));
    const loading = Promise.all(this.#crew.map(({ follower }) => follower.loadOlder(MOST_PAGES)));
    if (!(await settled(loading, BOUND_MS))) throw new Error('real-run: a page is never answered');
    for (const { follower, user } of this.#crew) follower.tellLife(user);
    await soon(() => this.#seeEachOther());
    for (const { follower, user } of this.#crew) {
      if (follower.people()) follower.tellPeople(user, undefined);
    }
    await this.#fallSilent();
    if (!(await this.#waitForPlays((plays) => plays.atRest()))) return;
    const { record } = this.#stage;
    record({
      kind: 'measured',
      what: 'memory of the server in bytes',
      value: this.#routine.memory,
      most: MOST_MEMORY,
    });
    record({ kind: 'ended' });
  }

  /** False: something went wrong meanwhile, and there is no point in waiting for the rest. */
  async #waitForPlays(ask: (plays: Plays) => Promise<void>): Promise<boolean> {
    const { signal } = this.#wrong;
    // Nothing is begun that nobody would wait for: it fails when its clients are closed.
    if (signal.aborted) return false;
    const wrong = new Promise((resolve) => signal.addEventListener('abort', resolve));
    const work = this.#plays && ask(this.#plays);
    const isTold = settled(Promise.race([Promise.resolve(work), wrong]), PLAY_MS);
    if (await isTold) return this.isClean();
    throw new Error('real-run: those who come and go, or react, do not come to an end');
  }

  /** False: somebody got none in time, and was told so. */
  async #hearAnswers(): Promise<boolean> {
    const writers = this.#crew.flatMap((member) => member.writers);
    const areIdle = () => writers.every(({ isIdle }) => isIdle);
    // What is under way ends by itself: whatever is sent now might wake what sleeps.
    if (await until(areIdle, BOUND_MS)) {
      // These show that everybody can publish again.
      for (const writer of writers) void writer.send();
      await until(areIdle, BOUND_MS);
    }
    this.#isOver = true;
    if (await until(areIdle, ASK_MS)) return true;
    for (const member of this.#crew) member.giveUp();
    if (this.isClean()) throw new Error('real-run: those who write do not come to an end');
    return false;
  }

  async #readFinally(): Promise<void> {
    for (const reader of this.#readers) await reader.readFinally();
  }

  async close(): Promise<void> {
    this.#routine.stopWriting();
    this.#routine.stopReading();
    this.#isOver = true;
    await this.#scribe?.close();
    await this.#plays?.close();
    await Promise.all(this.#crew.map((member) => member.close()));
  }

  /** TYP1: what nobody says any more is shown nowhere in the end. */
  async #fallSilent(): Promise<void> {
    const left = () => this.#crew.flatMap(({ follower }) => follower.values).length;
    await until(() => left() === 0, BOUND_MS);
    const what = 'latest values that are left of what nobody says';
    this.#stage.record({ kind: 'measured', what, value: left(), most: 0 });
  }

  /** Is everybody shown who is there, and nobody else? What is not so in time is written down as it is. */
  #seeEachOther(): boolean {
    const users = (room: string) =>
      new Set(this.#crew.filter(({ follower }) => follower.room === room).map(({ user }) => user));
    return this.#crew.every(({ follower }) => {
      const people = follower.people();
      return !people || people.length === users(follower.room).size;
    });
  }

  #hasCaughtUp(): boolean {
    const heads = new Map(this.#readers.map(({ room, head }) => [room, head]));
    return this.#crew.every(({ follower }) => follower.position === heads.get(follower.room));
  }
}

/** Of its own for every run: nobody else may be in them. */
function roomNames(seed: string, rooms: number): string[] {
  const run = `${seed}-${Date.now().toString(36)}`.replace(/[^A-Za-z0-9._~-]/g, '-').slice(-60);
  return Array.from({ length: rooms }, (_, index) => `check-${run}-${index}`);
}
