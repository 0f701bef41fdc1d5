import type { Clock } from '../../clock.ts';
import { newName } from '../../log/new-name.ts';
import { roomKey, type RoomName } from '../../log/room-log.ts';
import { roomKeys } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { RedisPubSub } from '../../redis/redis-pubsub.ts';
import { Holds, type PresenceOptions } from '../holds.ts';
import type {
  Departure,
  FollowedRoom,
  Member,
  OccupiedPage,
  OccupiedRooms,
  Presence,
  PresenceChange,
  PresenceFollower,
  Seated,
} from '../presence.ts';
import type { RoomSeats } from '../room-seats.ts';
import { whoIsIn } from '../who-is-in.ts';
import { Leases } from './leases.ts';
import { SharedPeople } from './shared-people.ts';
import { SharedRoom } from './shared-room.ts';

/** What the presence of nodes that share a Redis is made from. */
export interface RedisPresenceOptions extends PresenceOptions {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  readonly clock: Clock;
  /** Hears what keeps it from being shared although Redis can be used. */
  readonly onError?: (error: unknown) => void;
  /** How often a node renews its lease, in milliseconds. Default 10,000. */
  readonly renewMs?: number;
  /** How long a lease holds, in milliseconds. Default 30,000. */
  readonly leaseMs?: number;
  /** How long nodes have to say again who sits there when Redis has lost it, in milliseconds: longer than they
   *  take to notice. Default 20,000. */
  readonly doubtMs?: number;
}

interface Entry {
  readonly name: RoomName;
  readonly room: SharedRoom;
  readonly opening: Promise<void>;
  readonly close: () => void;
}

// Redis may hang: a room opens all the same, and is read when it can be.
const OPEN_MS = 1_000;
const RETRY_MS = 1_000;
const CHECK_MS = 30_000;
const AT_ONCE = 100;

/** Presence over all nodes that share a Redis. Each node keeps the seats of its own connections there, under one
 *  lease for all of them, and tells the others of every change on the room's channel. */
export class RedisPresence implements Presence {
  readonly #options: RedisPresenceOptions;
  readonly #node = newName();
  readonly #entries = new Map<string, Entry>();
  readonly #behind = new Set<SharedRoom>();
  readonly #leases: Leases;
  readonly #people: SharedPeople;
  readonly #holds: Holds;
  #cancelRetry: (() => void) | undefined;
  #cancelCheck = () => {};
  #isClosed = false;

  constructor(options: RedisPresenceOptions) {
    this.#options = options;
    const { link, pubsub, clock, renewMs = 10_000, leaseMs = 30_000 } = options;
    const { onError = () => {} } = options;
    const node = this.#node;
    const renewAll = () => void this.#all(({ room }) => room.renew());
    this.#leases = new Leases({
      link,
      clock,
      node,
      renewMs,
      leaseMs,
      onForgotten: renewAll,
      onDead: (nodes) => this.#bury(nodes),
      onError,
    });
    this.#people = new SharedPeople({ link, node, leases: this.#leases });
    this.#holds = new Holds({
      ...options,
      onOver: ({ key, memberId }) => this.#change(key, (seats) => seats.expire(memberId)),
    });
    // What is said while the connection that listens is gone is not heard.
    pubsub.onReturn(() => void this.#all(({ room }) => room.read()));
    link.onUsable(renewAll);
    this.#scheduleCheck();
  }

  join(name: RoomName, member: Member): void {
    const key = roomKey(name);
    this.#holds.release({ key, memberId: member.memberId });
    this.#entryOf(name);
    this.#change(key, (seats) => seats.join(member));
  }

  leave(name: RoomName, { memberId }: Member, how: Departure): void {
    const key = roomKey(name);
    if (how === 'left' || how === 'kicked') {
      return this.#change(key, (seats) => seats.leave(memberId, how));
    }
    this.#change(key, (seats) => seats.drop(memberId, how === 'drain' ? 'drain' : 'timeout'));
    const isHeld = this.#entries.get(key)?.room.seats.isHeld(memberId);
    if (isHeld) this.#holds.hold({ key, memberId });
  }

  expel(name: RoomName, isMeant: (userId: string) => boolean): void {
    this.#change(roomKey(name), (seats) => seats.expel(isMeant));
  }

  async setState(name: RoomName, { memberId }: Member, state: string): Promise<boolean> {
    let isSeated = false;
    this.#change(roomKey(name), (seats) => {
      const changes = seats.setState(memberId, state);
      isSeated = changes !== undefined;
      return changes ?? [];
    });
    return isSeated;
  }

  async snapshot(name: RoomName): Promise<readonly Seated[]> {
    const { users, unfollow } = await this.follow(name, () => {});
    unfollow();
    return users;
  }

  async count(name: RoomName): Promise<number> {
    const entry = this.#entries.get(roomKey(name));
    if (entry) await this.#written([entry]);
    return this.#people.count(name);
  }

  async occupied(kind: string, page: OccupiedPage): Promise<OccupiedRooms> {
    await this.#written([...this.#entries.values()].filter((entry) => entry.name.kind === kind));
    return this.#people.occupied(kind, page);
  }

  async follow(name: RoomName, follower: PresenceFollower): Promise<FollowedRoom> {
    const { room, opening } = this.#entryOf(name);
    const letGo = room.follow(() => {});
    await opening;
    letGo();
    const stop = room.follow(follower);
    const unfollow = () => {
      if (stop()) this.#settle(roomKey(name));
    };
    return { ...whoIsIn(room.seats), unfollow };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelCheck();
    this.#cancelRetry?.();
    this.#holds.close();
    // Those who come to no other node go when they would have gone here.
    await this.#leases.close(this.#options.holdMs ?? 15_000);
    await this.#written([...this.#entries.values()]);
    for (const { room, close } of this.#entries.values()) {
      close();
      room.close();
    }
    this.#entries.clear();
  }

  /** What is asked comes behind what has changed here until now. */
  async #written(entries: readonly Entry[]): Promise<void> {
    const unwritten = entries.filter(({ room }) => room.isUnwritten);
    await Promise.all(unwritten.map(({ room }) => room.write()));
  }

  #entryOf(name: RoomName): Entry {
    const key = roomKey(name);
    const entry = this.#entries.get(key) ?? this.#open(key, name);
    this.#entries.set(key, entry);
    return entry;
  }

  #open(key: string, name: RoomName): Entry {
    const { pubsub, clock, doubtMs = 20_000 } = this.#options;
    const room: SharedRoom = new SharedRoom({
      node: this.#node,
      read: () => this.#people.read(name),
      write: (seats, changes) => this.#people.write(name, seats, changes),
      onWritten: () => this.#settle(key),
      onBehind: () => this.#fellBehind(room),
      onNode: (node) => this.#leases.saw(node),
      later: (run) => void clock.after(doubtMs, run),
    });
    const { on, close } = pubsub.subscribe(roomKeys(name)('live'), (message) => {
      if (message.startsWith('p')) room.hear(message.slice(1));
    });
    const late = new Promise<void>((resolve) => clock.after(OPEN_MS, resolve));
    const opening = Promise.race([on.then(() => room.read()), late]);
    return { name, room, opening, close };
  }

  #change(key: string, act: (seats: RoomSeats) => readonly PresenceChange[]): void {
    const room = this.#entries.get(key)?.room;
    room?.tell(act(room.seats));
    this.#settle(key);
  }

  #settle(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry || entry.room.isNeeded) return;
    this.#entries.delete(key);
    this.#behind.delete(entry.room);
    entry.close();
    entry.room.close();
  }

  #fellBehind(room: SharedRoom): void {
    if (this.#isClosed) return;
    this.#behind.add(room);
    this.#cancelRetry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      const rooms = [...this.#behind];
      this.#behind.clear();
      for (const one of rooms) void one.renew();
    });
  }

  #bury(nodes: ReadonlySet<string>): void {
    for (const { room, name } of this.#entries.values()) {
      if (room.lose(nodes)) void this.#buryIn(name, room, nodes);
    }
  }

  /** A node that has come back since it was found dead has nothing to say: Redis has its seats still. */
  async #buryIn(name: RoomName, room: SharedRoom, nodes: ReadonlySet<string>): Promise<void> {
    if (!(await this.#people.bury(name, nodes))) await room.read();
  }

  /** Now and then Redis is asked whether something was missed all the same. */
  #scheduleCheck(): void {
    this.#cancelCheck = this.#options.clock.after(CHECK_MS, () => {
      void this.#all((entry) => this.#look(entry).catch(() => this.#fellBehind(entry.room)));
      this.#scheduleCheck();
    });
  }

  async #look({ room, name }: Entry): Promise<void> {
    if (room.isBehind(await this.#people.place(name))) await room.renew();
  }

  async #all(work: (entry: Entry) => Promise<void>): Promise<void> {
    const open = [...this.#entries.values()];
    for (let from = 0; from < open.length; from += AT_ONCE) {
      await Promise.all(open.slice(from, from + AT_ONCE).map(work));
    }
  }
}
