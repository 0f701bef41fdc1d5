import { RESERVED_ROOM_ID, type Contract } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import { roomKey, type RoomName } from '../log/room-log.ts';
import { roomPartition, type Records } from '../records/records.ts';
import { CLOSED, UNMANAGED, type Membership } from './decisions.ts';
import {
  bannedKey,
  isUntold,
  memberFacts,
  memberKey,
  ROOM,
  roomFacts,
  type RoomFacts,
} from './facts.ts';

interface Known {
  /** Undefined: nobody has made this room. */
  readonly facts: RoomFacts | undefined;
  readonly users: Map<string, Membership>;
}

/** What rooms are to users. Every call of every user asks, so answers are kept in mind until a notice says
 *  that the room has changed; one that is known is given without a promise. */
export class Memberships {
  readonly #records: Records;
  readonly #kinds: ReadonlySet<string>;
  readonly #onNews: (room: RoomName) => void;
  readonly #most: number;
  /** Undefined: forgotten. Its place stays, because a Map is slow with a key that comes and goes among many. */
  readonly #rooms = new Map<string, Known | undefined>();
  /** Users of all rooms. */
  #users = 0;
  /** Counts changes: what was read before one is not kept after it. */
  #changes = 0;

  /** `onNews`: of a room not all has been told, left by a process that died or could not. `most`: rooms and users
   *  of rooms kept in mind (count, default 50,000); beyond, all is forgotten and read anew. */
  constructor(options: {
    readonly contract: Contract;
    readonly records: Records;
    readonly bus: Bus;
    readonly onNews: (room: RoomName) => void;
    readonly most?: number;
  }) {
    const kinds = Object.entries(options.contract).filter(([, { membership }]) => membership);
    this.#kinds = new Set(kinds.map(([name]) => name));
    this.#records = options.records;
    this.#onNews = options.onNews;
    this.#most = options.most ?? 50_000;
    options.bus.onNotice(
      ({ room, own }) => {
        // What one user alone hears (how far he has read) changes nothing of what the room is to anybody.
        if (!own) this.#forget(room);
      },
      () => this.#forgetAll(),
    );
  }

  /** How many rooms and users of rooms are kept in mind (count). */
  get known(): number {
    return this.#rooms.size + this.#users;
  }

  /** @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
  of(room: RoomName, userId: string): Membership | Promise<Membership> {
    if (!this.#kinds.has(room.kind)) return UNMANAGED;
    const known = this.#rooms.get(roomKey(room));
    if (!known) return this.#read(room, userId);
    return withoutUser(known.facts, room) ?? known.users.get(userId) ?? this.#read(room, userId);
  }

  async #read(room: RoomName, userId: string): Promise<Membership> {
    const changes = this.#changes;
    const partition = roomPartition(room);
    const facts = roomFacts(await this.#records.read(partition, ROOM));
    if (facts && isUntold(facts)) this.#onNews(room);
    const closed = withoutUser(facts, room);
    const membership = closed ?? (await this.#readUser(partition, facts, userId));
    if (changes === this.#changes) this.#keep(room, facts, closed ? undefined : userId, membership);
    return membership;
  }

  async #readUser(
    partition: string,
    facts: RoomFacts | undefined,
    userId: string,
  ): Promise<Membership> {
    const [member, ban] = await Promise.all([
      this.#records.read(partition, memberKey(userId)),
      this.#records.read(partition, bannedKey(userId)),
    ]);
    const role = memberFacts(member)?.role;
    return { visibility: facts?.visibility, role, isBanned: ban !== undefined };
  }

  #keep(
    room: RoomName,
    facts: RoomFacts | undefined,
    userId: string | undefined,
    membership: Membership,
  ): void {
    if (this.known >= this.#most) this.#forgetAll();
    const key = roomKey(room);
    const known = this.#rooms.get(key) ?? { facts, users: new Map<string, Membership>() };
    this.#rooms.set(key, known);
    if (userId === undefined) return;
    if (!known.users.has(userId)) this.#users += 1;
    known.users.set(userId, membership);
  }

  #forget(room: RoomName): void {
    this.#changes += 1;
    const key = roomKey(room);
    const known = this.#rooms.get(key);
    if (!known) return;
    this.#rooms.set(key, undefined);
    this.#users -= known.users.size;
  }

  #forgetAll(): void {
    this.#changes += 1;
    this.#rooms.clear();
    this.#users = 0;
  }
}

/** What a room is to everybody, where it makes no difference who asks. */
function withoutUser(facts: RoomFacts | undefined, { id }: RoomName): Membership | undefined {
  if (facts) return facts.isClosed ? CLOSED : undefined;
  return RESERVED_ROOM_ID.test(id) ? CLOSED : UNMANAGED;
}
