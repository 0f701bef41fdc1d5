import { createHash } from 'node:crypto';
import { LogReader } from '../actors/log-reader.ts';
import type { Line, Stage } from '../actors/stage.ts';
import { createChecker, type Verdict } from '../judge/checker.ts';
import type { HistoryRecord } from '../judge/history.ts';
import { roomNames, type Deed, type Plan, type Step } from '../plan.ts';
import { createRandom, type Random } from '../random.ts';
import { talkSubject } from '../subject.ts';
import { Seat } from './seat.ts';
import { SimClient } from './sim-client.ts';
import { SimServer } from './sim-server.ts';
import { Troubles } from './troubles.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a simulated run comes to. */
export interface SimRun {
  readonly plan: Plan;
  readonly verdict: Verdict;
  /** SHA-256 of the history, line by line: the same for the same plan. */
  readonly digest: string;
  /** Milliseconds of simulated time. */
  readonly lengthMs: number;
}

// After the last fault everything has to come right within this time. A client waits up to 20 s
// before it asks for a stream again, and twice that if it meets one more closing connection.
const BOUND_MS = 90_000;
// Half-open connections are noticed, their seats are held and given up, typing expires.
const CALM_MS = 25_000;
const MOMENT_MS = 3_000;
// Of messages that a reader has not loaded yet.
const MOST_PAGES = 100;
const VALUES_OF_USERS = ['mood', 'typing'];

/** Runs a plan in a simulated world: the real rooms and the real client, on a clock, a network, a
 *  disk and a bus of the plan's making. `onRecord` hears every line of the history. */
export async function simulate(
  plan: Plan,
  onRecord: (record: HistoryRecord) => void = () => {},
): Promise<SimRun> {
  const time = new VirtualTime();
  const { maxEvents, maxReplay } = plan;
  const checker = createChecker({ maxEvents, maxReplay });
  const hash = createHash('sha256');
  const record = (line: Line) => {
    const full = { ...line, at: time.elapsed() };
    hash.update(`${JSON.stringify(full)}\n`);
    checker.add(full);
    onRecord(full);
  };
  await new World(plan, time, record).run();
  return {
    plan,
    verdict: checker.verdict(),
    digest: hash.digest('hex'),
    lengthMs: time.elapsed(),
  };
}

class World {
  readonly #plan: Plan;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #stage: Stage;
  readonly #server: SimServer;
  readonly #troubles: Troubles;
  readonly #clients: SimClient[];
  readonly #readers: readonly LogReader[];
  readonly #seats = new Map<string, Seat>();
  #isReading = true;
  #isOver = false;
  /** What followers, trimming or the final reads threw. */
  #errors = 0;

  constructor(plan: Plan, time: VirtualTime, record: (line: Line) => void) {
    this.#plan = plan;
    this.#time = time;
    this.#random = createRandom(plan.seed).fork('world');
    this.#stage = {
      subject: talkSubject,
      record,
      random: this.#random.fork('actors'),
      sleep: (ms) => time.sleep(ms),
      isOver: () => this.#isOver,
    };
    const onError = () => void (this.#errors += 1);
    const server = new SimServer({ plan, time, random: this.#random.fork('server'), onError });
    this.#server = server;
    this.#clients = Array.from({ length: plan.clients }, (_, index) => this.#client(`c${index}`));
    // Nothing befalls its network: what it reads of the log is what the log has.
    const scribe = this.#client('scribe');
    const calls = scribe.calls(talkSubject.kind.name);
    this.#readers = roomNames(plan).map((room) => new LogReader(this.#stage, calls, room));
    this.#troubles = new Troubles({ server, clients: [...this.#clients], scribe, time, record });
  }

  async run(): Promise<void> {
    await this.#server.start();
    const reading = this.#readers.map((reader) => this.#keepReading(reader));
    for (const step of this.#plan.steps) this.#time.after(step.at, () => this.#take(step));
    await this.#pass((this.#plan.steps.at(-1)?.at ?? 0) + 1);
    this.#troubles.heal();
    const areIdle = () => [...this.#seats.values()].every(({ isIdle }) => isIdle);
    // What is under way ends by itself: whatever is sent now might wake what sleeps.
    if (await this.#until(areIdle)) {
      for (const seat of this.#seats.values()) seat.send(seat.writers.length);
    }
    await this.#receiveVisitors();
    await this.#until(areIdle);
    this.#isOver = true;
    await this.#pass(CALM_MS);
    this.#isReading = false;
    await this.#finish(Promise.all(reading));
    await this.#finish(Promise.all(this.#readers.map((reader) => reader.readFinally())));
    await this.#until(() => this.#hasCaughtUp());
    await this.#compareValues();
    await this.#compareLife();
    this.#stage.record({ kind: 'ended' });
    await this.#leave();
  }

  #take(step: Step): void {
    if ('room' in step) this.#act(step);
    else this.#troubles.cause(step);
  }

  #act(deed: Deed): void {
    const seat = this.#seat(deed.client, deed.room);
    switch (deed.do) {
      case 'send':
        return seat.send(deed.count);
      case 'repeat':
      case 'clash':
        return seat.again(deed.do);
      case 'edit':
      case 'remove':
        return seat.change(deed.do);
      case 'reply':
      case 'replyAgain':
      case 'haunt':
        return seat.about(deed.do);
      case 'waver':
        return seat.waver(deed.how);
      case 'mark':
        return seat.mark();
      case 'pass':
        return seat.pass(passingType(deed.type));
      case 'follow':
      case 'leave':
      case 'return':
      case 'read':
      case 'present':
        return seat[deed.do]();
    }
  }

  #seat(index: number, room: number): Seat {
    const name = `r${room}`;
    const client = this.#clients[index] ?? this.#client(`c${index}`);
    const key = `${client.user} ${name}`;
    const known = this.#seats.get(key);
    if (known) return known;
    const seat = new Seat({ stage: this.#stage, client, room: name });
    this.#seats.set(key, seat);
    return seat;
  }

  #client(user: string): SimClient {
    return new SimClient({
      user,
      time: this.#time,
      random: this.#random.fork(user),
      server: () => this.#server.current,
      // Some name themselves and take their own seats over, others come as somebody new.
      sessionId: /[02468]$/.test(user) ? `session-${user}` : undefined,
    });
  }

  async #keepReading(reader: LogReader): Promise<void> {
    while (this.#isReading) {
      await this.#stage.sleep(1_000);
      // What it could not read now it reads the next time.
      await reader.readOn().catch(() => {});
    }
  }

  #hasCaughtUp(): boolean {
    const heads = new Map(this.#readers.map(({ room, head }) => [room, head]));
    return [...this.#seats.values()].every(({ room, followers }) =>
      followers.every(({ isOn, position }) => !isOn || position === (heads.get(room) ?? position)),
    );
  }

  /** Two come when all is well: one leaves, the other's machine dies. Nobody may see them for long. */
  async #receiveVisitors(): Promise<void> {
    const [leaving, dying] = ['leaving', 'dying'].map((user) => {
      const client = this.#client(user);
      const seats = roomNames(this.#plan).map(
        (room) => new Seat({ stage: this.#stage, client, room }),
      );
      return { client, seats };
    });
    if (!leaving || !dying) return;
    const seats = [...leaving.seats, ...dying.seats];
    const hasBegun = () => seats.every(({ followers }) => followers[0]?.position !== undefined);
    await this.#until(hasBegun);
    for (const seat of seats) for (const type of VALUES_OF_USERS) seat.pass(type);
    await this.#pass(MOMENT_MS);
    for (const seat of leaving.seats) seat.leaveAll();
    dying.client.close();
    for (const seat of dying.seats) seat.leaveAll();
    this.#clients.push(leaving.client);
  }

  /** Somebody who comes now is told the latest values as everybody else has them. */
  async #compareValues(): Promise<void> {
    const client = this.#client('observer');
    this.#clients.push(client);
    const observers = roomNames(this.#plan).map((room) => {
      const seat = new Seat({ stage: this.#stage, client, room });
      this.#seats.set(`observer ${room}`, seat);
      return seat;
    });
    const hasBegun = () => observers.every(({ followers }) => followers[0]?.position !== undefined);
    await this.#until(hasBegun);
    await this.#pass(MOMENT_MS);
    for (const seat of this.#seats.values()) seat.tellValues();
    for (const seat of this.#seats.values()) seat.tellPeople();
  }

  /** Everybody's messages and unread counts are what the log comes to. */
  async #compareLife(): Promise<void> {
    const all = [...this.#seats].flatMap(([key, { followers }]) =>
      followers
        .filter(({ isOn }) => isOn)
        .map((follower) => ({ user: key.split(' ')[0] ?? '', follower })),
    );
    await this.#until(() => all.every(({ follower }) => follower.isSettled));
    await this.#finish(Promise.all(all.map(({ follower }) => follower.loadOlder(MOST_PAGES))));
    for (const { user, follower } of all) follower.tellLife(user);
  }

  /** What nobody needs any more is let go. */
  async #leave(): Promise<void> {
    for (const seat of this.#seats.values()) seat.leaveAll();
    await this.#pass(MOMENT_MS);
    for (const client of this.#clients) client.close();
    await this.#pass(CALM_MS);
    const { followers = 0, handlers = 0 } = this.#server.leftovers() ?? {};
    const measure = (what: string, value: number, most: number) =>
      this.#stage.record({ kind: 'measured', what, value, most });
    // A room stays open for a latest value that is nobody's own.
    const most = roomsWithTopic(this.#plan);
    measure('rooms followed in the log', followers, most);
    measure('rooms followed on the bus', handlers, most);
    measure('errors thrown', this.#errors, 0);
  }

  async #finish(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    work
      .catch(() => void (this.#errors += 1))
      .finally(() => {
        isDone = true;
      });
    await this.#until(() => isDone);
    if (!isDone) this.#errors += 1;
  }

  #until(isDone: () => boolean): Promise<boolean> {
    return this.#time.pass(isDone, this.#time.elapsed() + BOUND_MS);
  }

  #pass(ms: number): Promise<boolean> {
    return this.#time.pass(() => false, this.#time.elapsed() + ms);
  }
}

function roomsWithTopic({ steps }: Plan): number {
  const named = steps.flatMap((step) =>
    step.do === 'pass' && passingType(step.type) === 'topic' ? [step.room] : [],
  );
  return new Set(named).size;
}

function passingType(index: number): string {
  const types = [talkSubject.ephemeral, ...(talkSubject.latest ?? [])].filter(
    (type) => type !== undefined,
  );
  return types[index % types.length] ?? talkSubject.type;
}
