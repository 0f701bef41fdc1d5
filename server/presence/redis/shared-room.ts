import type { LeaveReason } from '../../../shared/index.ts';
import { afresh } from '../../afresh.ts';
import type { PresenceChange, PresenceFollower } from '../presence.ts';
import { RoomSeats } from '../room-seats.ts';
import type { FarSeat } from '../seat.ts';
import { parseTold, type Told } from './seat-text.ts';

/** The people of a room as they stand in Redis. */
export interface PeoplePage {
  /** '': there is nothing yet. */
  readonly life: string;
  readonly version: number;
  readonly seats: readonly FarSeat[];
}

/** A seat's member, and why it is no more. Undefined: it is there, or has changed. */
export type OwnChanges = ReadonlyMap<string, LeaveReason | undefined>;

/** What a shared room does outside of itself. */
export interface SharedRoomOptions {
  readonly node: string;
  /** Reads what Redis has, without the seats of dead nodes. */
  readonly read: () => Promise<PeoplePage>;
  /** Writes what has changed of this node's seats, or all of them. */
  readonly write: (seats: RoomSeats, changes: OwnChanges | 'all') => Promise<void>;
  /** Hears that Redis has all that was to be written. */
  readonly onWritten: () => void;
  /** Hears that Redis does not have what it should: `renew` is to be called later. */
  readonly onBehind: () => void;
  /** Hears of another node that speaks. */
  readonly onNode: (node: string) => void;
  /** Calls `run` when nodes have had the time to say again who sits there. */
  readonly later: (run: () => void) => void;
}

const MAX_HEARD = 1_000;

/** One room's people over all nodes, as this one knows them. What is done here shows at once and is then
 *  written; what others do is heard, in order, or read again where something was missed (PRE2). */
export class SharedRoom {
  readonly seats: RoomSeats;
  readonly #options: SharedRoomOptions;
  readonly #followers = new Set<PresenceFollower>();
  #changes = new Map<string, LeaveReason | undefined>();
  /** What was heard while it could not be placed. */
  readonly #heard: Told[] = [];
  /** Was there more than that? */
  #hasMissed = false;
  /** Seats of other nodes that Redis has lost, and maybe their nodes have not: by member, since which life. */
  readonly #doubtful = new Map<string, string>();
  #life = '';
  /** Undefined: nothing was read yet. */
  #version: number | undefined;
  #isReading = false;
  #isScheduled = false;
  #isWriting = false;
  #needsAll = false;
  #isOver = false;

  constructor(options: SharedRoomOptions) {
    this.#options = options;
    this.seats = new RoomSeats((memberId, reason) => this.#touched(memberId, reason));
  }

  /** Does anybody need it on this node, or is there something that Redis was not told of yet? */
  get isNeeded(): boolean {
    return this.#followers.size > 0 || this.seats.hasOwn || this.isUnwritten;
  }

  /** Is there something that Redis does not have yet? */
  get isUnwritten(): boolean {
    return this.#changes.size > 0 || this.#needsAll || this.#isWriting;
  }

  follow(follower: PresenceFollower): () => boolean {
    // One undo for each time that it follows, even if it is the same function.
    const own: PresenceFollower = (one) => follower(one);
    this.#followers.add(own);
    return () => this.#followers.delete(own);
  }

  tell(changes: readonly PresenceChange[]): void {
    for (const one of changes) for (const follower of this.#followers) follower(one);
  }

  /** Takes what was told on the room's channel. */
  hear(text: string): void {
    const told = parseTold(text);
    if (!told || this.#isOver) return;
    if (this.#heard.length < MAX_HEARD) this.#heard.push(told);
    else this.#hasMissed = true;
    if (!this.#isReading) this.#drain();
  }

  /** Reads what Redis has. Never rejects. */
  readonly read: () => Promise<void> = afresh(() => this.#readOnce());

  /** Writes what has changed until now, one command after the other: Redis may take two that are on their way in
   *  another order (`ScriptRuns`), and would keep the seat of one who has gone. Never rejects. */
  readonly write: () => Promise<void> = afresh(() => this.#writeOnce());

  /** Writes all seats of this node again, and reads what Redis has. Never rejects. */
  async renew(): Promise<void> {
    this.#needsAll = true;
    await this.write();
    await this.read();
  }

  /** Gives up the seats of nodes that are dead. True: there were any. */
  lose(nodes: ReadonlySet<string>): boolean {
    const dead = [...this.seats.far()].filter(({ node }) => nodes.has(node));
    for (const { memberId } of dead) this.tell(this.seats.lose(memberId));
    return dead.length > 0;
  }

  /** Does it know less than Redis has come to? */
  isBehind({ life, version }: Pick<PeoplePage, 'life' | 'version'>): boolean {
    return life !== this.#life || version !== this.#version;
  }

  close(): void {
    this.#isOver = true;
  }

  #touched(memberId: string, reason: LeaveReason | undefined): void {
    this.#changes.set(memberId, reason);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // All that one turn does is one command.
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.write();
    });
  }

  async #writeOnce(): Promise<void> {
    const changes = this.#changes;
    const isAll = this.#needsAll;
    if (this.#isOver || (changes.size === 0 && !isAll)) return;
    this.#changes = new Map();
    this.#needsAll = false;
    this.#isWriting = true;
    try {
      await this.#options.write(this.seats, isAll ? 'all' : changes);
    } catch {
      // Nobody knows what was carried out.
      this.#needsAll = true;
      this.#options.onBehind();
    }
    this.#isWriting = false;
    if (!this.isUnwritten) this.#options.onWritten();
  }

  #drain(): void {
    for (let told = this.#heard.shift(); told; told = this.#heard.shift()) {
      if (this.#version === undefined) return;
      const isNext = told.version === this.#version + 1;
      // One that is the first of its life may also be late, from a life that is over.
      const isFirst = this.#life === '' && told.node === this.#options.node;
      const isSame = told.life === this.#life || isFirst;
      if (isSame && told.version <= this.#version) continue;
      if (!isSame || !isNext) return void this.read();
      this.#life = told.life;
      this.#version = told.version;
      this.#take(told);
    }
  }

  #take({ node, sets, gone }: Told): void {
    if (node === this.#options.node) return this.#confirm(sets);
    this.#options.onNode(node);
    for (const seat of sets) this.#place(seat);
    for (const { memberId, reason } of gone) this.tell(this.seats.remove(memberId, reason));
  }

  #place(seat: FarSeat): void {
    this.#doubtful.delete(seat.member.memberId);
    this.tell(this.seats.place(seat));
  }

  #confirm(seats: readonly FarSeat[]): void {
    for (const { member, no } of seats) this.seats.confirm(member.memberId, no);
  }

  async #readOnce(): Promise<void> {
    this.#isReading = true;
    await this.#read().catch(() => this.#options.onBehind());
    this.#isReading = false;
    if (this.#version === undefined) return;
    this.#drain();
    if (this.#hasMissed) void this.read();
  }

  async #read(): Promise<void> {
    // What was heard before it is asked for is in it.
    this.#heard.length = 0;
    this.#hasMissed = false;
    const { life, version, seats } = await this.#options.read();
    if (this.#isOver) return;
    const isOther = this.#life !== '' && life !== this.#life;
    if (!isOther && version < (this.#version ?? 0)) return;
    const isAgain = this.#version !== undefined;
    this.#life = life;
    this.#version = version;
    const { node } = this.#options;
    this.#confirm(seats.filter((seat) => seat.node === node));
    const far = seats.filter((seat) => seat.node !== node).toSorted((a, b) => a.no - b.no);
    for (const seat of far) this.#place(seat);
    this.#miss(new Set(far.map(({ member }) => member.memberId)), isOther);
    if (isAgain) this.tell([{ type: 'reread' }]);
    if (isOther) {
      this.#needsAll = true;
      void this.write();
    }
  }

  /** Seats that Redis does not have are no more, or Redis has lost them all. */
  #miss(there: ReadonlySet<string>, isLost: boolean): void {
    const missing = [...this.seats.far()].filter(({ memberId }) => !there.has(memberId));
    for (const { memberId } of missing) {
      if (isLost) this.#doubtful.set(memberId, this.#life);
      else if (!this.#doubtful.has(memberId)) this.tell(this.seats.remove(memberId));
    }
    if (!isLost || missing.length === 0) return;
    const since = this.#life;
    this.#options.later(() => {
      for (const [memberId, life] of this.#doubtful) {
        if (life === since && this.#doubtful.delete(memberId)) this.tell(this.seats.lose(memberId));
      }
    });
  }
}
