import { RoomError, type Position, type RoomKind } from '../../shared/index.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import { roomKey, type Follower, type RoomLog, type RoomName } from '../log/room-log.ts';
import type { Presence, PresenceChange, PresenceFollower } from '../presence/presence.ts';
import { Room } from './room.ts';

/** What rooms are made from. */
export interface OpenRoomsOptions {
  readonly log: RoomLog;
  readonly presence: Presence;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly frameNumber: () => string;
  /** What the numbers of this node's messages begin with. */
  readonly nodeTag?: string;
  /** Rooms kept for the latest values they hold, though nobody follows them. Default 10,000; beyond,
   *  the one longest without followers is let go. */
  readonly maxUnfollowed?: number;
}

interface Entry {
  readonly opening: Promise<Opened>;
  /** Once it is open. */
  opened: Opened | undefined;
}

interface Opened {
  readonly room: Room;
  readonly close: () => void;
}

/** The rooms that are open on this node: opened when first needed, closed when nobody follows them
 *  and they hold no value. */
export class OpenRooms {
  readonly #options: OpenRoomsOptions;
  readonly #maxUnfollowed: number;
  readonly #entries = new Map<string, Entry>();
  /** Open rooms without followers, the longest so first. */
  readonly #unfollowed = new Map<string, Opened>();
  #isClosed = false;

  constructor(options: OpenRoomsOptions) {
    this.#options = options;
    this.#maxUnfollowed = options.maxUnfollowed ?? 10_000;
  }

  /** How many rooms are open or opening. */
  get size(): number {
    return this.#entries.size;
  }

  /** Calls `use` with the room, opened if need be: it cannot close before `use` returns. @throws RoomError RESTARTING
   *  and what keeps the room from opening */
  async with<T>(name: RoomName, kind: RoomKind, use: (room: Room) => T): Promise<T> {
    const key = roomKey(name);
    for (;;) {
      // Nobody would close it again.
      if (this.#isClosed) throw new RoomError('RESTARTING');
      const entry = this.#entries.get(key) ?? this.#open(key, name, kind);
      const opened = await entry.opening;
      // Another caller may have let the room go while this one waited for it.
      if (this.#entries.get(key) !== entry) continue;
      try {
        return use(opened.room);
      } finally {
        this.#settle(key, opened);
      }
    }
  }

  /** The room, if it is open. */
  find(name: RoomName): Room | undefined {
    return this.#entries.get(roomKey(name))?.opened?.room;
  }

  /** Closes them all, and opens none any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    this.#unfollowed.clear();
    for (const opened of await Promise.allSettled(entries.map(({ opening }) => opening))) {
      if (opened.status === 'fulfilled') opened.value.close();
    }
  }

  #open(key: string, name: RoomName, kind: RoomKind): Entry {
    const entry: Entry = { opening: this.#openRoom(key, name, kind), opened: undefined };
    this.#entries.set(key, entry);
    entry.opening.then(
      (opened) => (entry.opened = opened),
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }

  async #openRoom(key: string, name: RoomName, kind: RoomKind): Promise<Opened> {
    const { log, bus, presence } = this.#options;
    // Follow before reading where the log stands: what is appended in between is in both.
    let early: Position | undefined;
    let deliver: Follower = (events, epoch, to) => {
      const offset = events.at(-1)?.offset ?? to;
      if (offset !== undefined) early = { epoch, offset };
    };
    const unfollow = log.follow(name, (events, epoch, to) => deliver(events, epoch, to));
    try {
      const { epoch, head } = await log.bounds(name);
      // What happens before the room is made is told to it afterwards.
      const seen: PresenceChange[] = [];
      let see: PresenceFollower = (change) => void seen.push(change);
      const people = await presence.follow(name, (change) => see(change));
      const position = later({ epoch, offset: head }, early);
      // Whoever has it opened looks whether it is needed.
      let isOpen = false;
      const onQuiet = () => {
        if (isOpen) this.#settle(key, opened);
      };
      const { kept } = bus;
      const room = new Room({ ...this.#options, kept, name, kind, position, people, onQuiet });
      see = (change) => room.see(change);
      deliver = (events, of, to) => room.deliver(events, of, to);
      const unsubscribe = bus.subscribe(name, (message) => room.receive(message));
      const close = () => {
        // A read under way may end later: by then another room may stand under that name.
        isOpen = false;
        unfollow();
        unsubscribe();
        people.unfollow();
        room.close();
      };
      const opened = { room, close };
      for (const change of seen) room.see(change);
      await room.restate();
      isOpen = true;
      return opened;
    } catch (error) {
      unfollow();
      throw error;
    }
  }

  /** Closes a room that nothing needs, and keeps count of those kept for their values alone. */
  #settle(key: string, opened: Opened): void {
    this.#unfollowed.delete(key);
    if (opened.room.isFollowed) return;
    if (opened.room.isEmpty) return this.#drop(key, opened);
    this.#unfollowed.set(key, opened);
    if (this.#unfollowed.size <= this.#maxUnfollowed) return;
    const [longest] = this.#unfollowed;
    if (longest) this.#drop(...longest);
  }

  #drop(key: string, opened: Opened): void {
    this.#unfollowed.delete(key);
    this.#entries.delete(key);
    opened.close();
  }
}

/** Of what was read and what was heard since the later one. Another epoch is heard of only after its end is read. */
function later(read: Position, heard: Position | undefined): Position {
  if (!heard || (heard.epoch === read.epoch && heard.offset < read.offset)) return read;
  return heard;
}
