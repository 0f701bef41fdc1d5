import { joinRoom, type RoomHandle } from '../../client/index.ts';
import type { RoomKind } from '../../shared/index.ts';
import { Follower } from '../actors/follower.ts';
import { LogReader } from '../actors/log-reader.ts';
import type { Stage } from '../actors/stage.ts';
import { watchCalls } from '../actors/watched-calls.ts';
import { changeCalls } from '../actors/change-calls.ts';
import { Shelf } from '../actors/shelf.ts';
import { Writer, type Publish } from '../actors/writer.ts';
import type { SimClient } from './sim-client.ts';

// So many publishes of a client may be under way in a room at once.
const WRITERS = 3;

/** A client in a room: one stream for as long as the run lasts, more that come and go, some writers. */
export class Seat {
  readonly room: string;
  readonly writers: readonly Writer[];
  readonly followers: Follower[] = [];
  readonly #stage: Stage;
  readonly #client: SimClient;
  readonly #reader: LogReader;
  readonly #home: RoomHandle<RoomKind>;
  #saidCount = 0;
  #said: unknown;
  #pointCount = 0;
  /** What was acknowledged last of a value keyed by member. */
  #pointed: string | undefined;
  readonly #frameIds = new Map<string, () => string | undefined>();
  #joined = 0;
  #turn = 0;
  #isReading = false;

  constructor(options: { stage: Stage; client: SimClient; room: string }) {
    const { stage, client, room } = options;
    this.#stage = stage;
    this.#client = client;
    this.room = room;
    this.#home = this.#join(this.#newFollower());
    const publish: Publish = (type, data, how) => this.#home.publish(type as never, data, how);
    const { user } = client;
    const change = changeCalls(this.#home);
    const shared = { stage, client: user, user, room, publish, change, shelf: new Shelf() };
    this.writers = Array.from(
      { length: WRITERS },
      (_, index) => new Writer({ ...shared, name: `${user}@${room}.${index}` }),
    );
    this.#reader = new LogReader(stage, client.calls(stage.subject.kind.name), room);
  }

  /** Publishes so many events. */
  send(count: number): void {
    for (let index = 0; index < count; index += 1) void this.#nextWriter().send();
  }

  /** Publishes again what was acknowledged last, or other data under its key. */
  again(how: 'repeat' | 'clash'): void {
    void this.#nextWriter()[how]();
  }

  /** Changes something that was published. */
  change(how: 'edit' | 'remove'): void {
    void this.#nextWriter().change(how);
  }

  /** Answers something, or answers it again, or edits what was removed. */
  about(how: 'reply' | 'replyAgain' | 'haunt'): void {
    void this.#nextWriter()[how]();
  }

  /** Edits or answers something, and takes it back at the same time. */
  waver(how: 'edit' | 'reply'): void {
    const writer = this.#nextWriter();
    void (how === 'reply' ? writer.reply() : writer.change('edit'));
    void this.#nextWriter().retract();
  }

  /** Has read all that was shown. */
  mark(): void {
    this.followers[0]?.markRead();
  }

  /** Publishes an event that no log keeps. */
  pass(type: string): void {
    const passing = this.writers[0]?.pass(type);
    const spec = this.#stage.subject.kind.events[type];
    if (spec?.delivery !== 'latest' || spec.key !== 'member') return;
    this.#pointed = undefined;
    const no = (this.#pointCount += 1);
    // Of one that was refused or had no answer nobody can say what stands.
    void passing?.then((said) => {
      if (no === this.#pointCount) this.#pointed = said;
    });
  }

  /** Says something of himself, through the stream that stays. */
  present(): void {
    const { subject } = this.#stage;
    this.#said = subject.presence?.(`${this.#client.user}/${(this.#saidCount += 1)}`);
    void this.#home.setPresence(this.#said);
  }

  /** Those who follow write down the latest values that they have. */
  tellValues(): void {
    for (const [index, follower] of this.followers.entries()) {
      if (follower.isOn) follower.tellValues(index === 0 ? this.#pointed : undefined);
    }
  }

  /** Those who follow write down whom they see. */
  tellPeople(): void {
    for (const [index, follower] of this.followers.entries()) {
      if (!follower.isOn) continue;
      follower.tellPeople(this.#client.user, index === 0 ? this.#said : undefined);
    }
  }

  /** Has everything that was published its answer? */
  get isIdle(): boolean {
    return this.writers.every(({ isIdle }) => isIdle);
  }

  #nextWriter(): Writer {
    const writer = this.writers[(this.#turn += 1) % WRITERS];
    if (!writer) throw new Error('seat: no writers');
    return writer;
  }

  /** Follows once more. */
  follow(): void {
    this.#join(this.#newFollower());
  }

  /** Ends one of the streams that come and go. */
  leave(): void {
    const [, ...others] = this.followers;
    others.find(({ isOn }) => isOn)?.leave();
  }

  /** Brings one of those that have left back to where it stood. */
  return(): void {
    const [, ...others] = this.followers;
    const away = others.find(({ isOn, position }) => !isOn && position !== undefined);
    if (away) this.#join(away);
  }

  /** Reads the newest event. */
  read(): void {
    // Asked again while it is under way, it would not be known which answer is whose.
    if (this.#isReading) return;
    this.#isReading = true;
    this.#reader
      .readNewest(this.#client.user)
      .catch(() => {})
      .finally(() => {
        this.#isReading = false;
      });
  }

  leaveAll(): void {
    for (const follower of this.followers) follower.leave();
  }

  #newFollower(): Follower {
    const name = `${this.#client.user}@${this.room}.${(this.#joined += 1)}`;
    const follower = new Follower({
      stage: this.#stage,
      name,
      room: this.room,
      frameId: () => this.#frameIds.get(name)?.(),
    });
    this.followers.push(follower);
    return follower;
  }

  #join(follower: Follower) {
    const { kind } = this.#stage.subject;
    const calls = this.#client.calls<RoomKind>(kind.name);
    const watched = watchCalls(calls, this.#stage, follower.name);
    this.#frameIds.set(follower.name, watched.frameId);
    const { position } = follower;
    const handle = joinRoom(kind, watched.calls, this.room, {
      onGap: 'reload',
      // Few, so that much is paged back.
      messagesPage: 4,
      now: this.#client.clock.now,
      after: this.#client.clock.after,
      random: this.#stage.random.next,
      newKey: () => `unused/${this.#stage.random.next()}`,
      ...(position === undefined ? {} : { since: position }),
    });
    follower.follow(handle);
    return handle;
  }
}
