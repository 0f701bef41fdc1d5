import { DAY } from '../../../shared/index.ts';
import { afresh } from '../../afresh.ts';
import type { Clock } from '../../clock.ts';
import { roomKeys } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { RedisPubSub } from '../../redis/redis-pubsub.ts';
import { Followers } from '../followers.ts';
import {
  roomKey,
  type Bounds,
  type Follower,
  type Page,
  type Range,
  type RoomName,
} from '../room-log.ts';
import { RoomLine } from './room-line.ts';
import { parseStored, unreadable } from './stored-text.ts';

/** What lines are made from. */
export interface RoomLinesOptions {
  readonly link: RedisLink;
  readonly pubsub: RedisPubSub;
  readonly clock: Clock;
  readonly read: (room: RoomName, range: Range) => Promise<Page>;
  readonly bounds: (room: RoomName) => Promise<Bounds>;
  /** As `bounds`, and has Redis remember a room that is empty. */
  readonly keep: (room: RoomName) => Promise<Bounds>;
  /** Hears of a follower that threw. */
  readonly onError: (error: unknown) => void;
  /** How often the heads of all lines are looked at, in milliseconds. Default 2,000. */
  readonly checkEveryMs?: number;
}

interface Open {
  readonly room: RoomName;
  readonly line: RoomLine;
  readonly opening: Promise<void>;
  readonly close: () => void;
  followers: number;
  /** How often it was looked at and found empty, and not remembered by Redis. */
  looks: number;
}

// What is missing is most often on its way.
const SOON_MS = 10;
// Redis may hang: a room opens all the same, and hears by looking until it is subscribed.
const SUBSCRIBE_MS = 1_000;
const CHUNK = 500;
// About a minute. Rooms that somebody follows and leaves at once leave nothing behind, however many.
const LOOKS_UNTIL_KEPT = 30;

/** The lines of the rooms that this node serves. Redis says nothing of a message that was lost, so the heads
 *  of all lines are looked at again and again, and at once when the connection was gone (RES5). */
export class RoomLines {
  readonly #options: RoomLinesOptions;
  readonly #followers: Followers;
  readonly #open = new Map<string, Open>();
  #cancelCheck = () => {};
  #checks = 0;

  constructor(options: RoomLinesOptions) {
    this.#options = options;
    this.#followers = new Followers(options.onError);
    const check = () => void this.check();
    options.pubsub.onReturn(check);
    options.link.onUsable(check);
    this.#schedule();
  }

  follow(room: RoomName, follower: Follower): () => void {
    const key = roomKey(room);
    const open = this.#open.get(key) ?? this.#begin(key, room);
    open.followers += 1;
    // One undo for each time, even if it is the same function.
    const unfollow = this.#followers.add(room, (events, epoch, head) =>
      follower(events, epoch, head),
    );
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      unfollow();
      open.followers -= 1;
      if (open.followers > 0) return;
      this.#open.delete(key);
      open.close();
    };
  }

  /** The line of a room that is followed, once it hears everything. */
  async opened(room: RoomName): Promise<RoomLine | undefined> {
    const open = this.#open.get(roomKey(room));
    await open?.opening;
    return open?.line;
  }

  find(room: RoomName): RoomLine | undefined {
    return this.#open.get(roomKey(room))?.line;
  }

  /** The epoch of an empty room as those who follow it here were told it: it is to begin under no other. '': it is
   *  not followed, or not empty. */
  standsAtNone(room: RoomName): string {
    const tail = this.find(room)?.tail;
    return tail?.offset === 0 ? tail.epoch : '';
  }

  /** Looks whether any line has missed something. */
  readonly check: () => Promise<void> = afresh(() => this.#check());

  close(): void {
    this.#cancelCheck();
    for (const { close } of this.#open.values()) close();
    this.#open.clear();
  }

  #begin(key: string, room: RoomName): Open {
    const { read, clock, pubsub } = this.#options;
    const line = new RoomLine({
      read: (range) => read(room, range),
      tell: (events, epoch, head) => this.#followers.notify(key, events, epoch, head),
      soon: (run) => clock.after(SOON_MS, run),
    });
    const channel = roomKeys(room)('live');
    const { on, close } = pubsub.subscribe(channel, (message) => hear(line, message));
    const closeAll = () => {
      close();
      line.close();
    };
    const opening = this.#beginHearing(room, line, on);
    const open = { room, line, opening, close: closeAll, followers: 0, looks: 0 };
    this.#open.set(key, open);
    return open;
  }

  /** Never rejects: a line that could not begin begins with the next check. */
  async #beginHearing(room: RoomName, line: RoomLine, on: Promise<void>): Promise<void> {
    await Promise.race([on, new Promise<void>((r) => this.#options.clock.after(SUBSCRIBE_MS, r))]);
    await this.#beginLine(room, line).catch(() => {});
  }

  async #beginLine(room: RoomName, line: RoomLine): Promise<void> {
    const { epoch, head } = await this.#options.bounds(room);
    line.begin({ epoch, offset: head });
  }

  /** What happened until it could begin is not told of, and that is. */
  async #beginLate(room: RoomName, line: RoomLine): Promise<void> {
    await this.#beginLine(room, line);
    const { tail } = line;
    if (tail) this.#followers.notify(roomKey(room), [], tail.epoch, tail.offset);
  }

  #schedule(): void {
    const { clock, checkEveryMs = 2_000 } = this.#options;
    this.#cancelCheck = clock.after(checkEveryMs, () => {
      void this.check();
      this.#schedule();
    });
  }

  async #check(): Promise<void> {
    if (this.#options.link.failure() !== undefined) return;
    this.#checks += 1;
    const all = [...this.#open.values()];
    for (let from = 0; from < all.length; from += CHUNK) {
      // A room whose keys somebody else uses must not keep the others from being looked at.
      const looks = all.slice(from, from + CHUNK).map((open) => this.#look(open).catch(() => {}));
      await Promise.all(looks);
    }
  }

  async #look(open: Open): Promise<void> {
    const { room, line } = open;
    if (!line.tail) return this.#beginLate(room, line);
    const meta = roomKeys(room)('meta');
    const reply = await this.#options.link.command(['HMGET', meta, 'e', 'o']);
    const [epoch, head] = Array.isArray(reply) ? (reply as unknown[]) : [];
    // Its followers come back to the same place for a day (RES3).
    if (!epoch && line.tail.offset === 0 && (open.looks += 1) >= LOOKS_UNTIL_KEPT) {
      await this.#options.keep(room);
    }
    // The meta of a room where nothing happens goes after a day, but not while somebody is in it.
    if (head === '0' && this.#checks % 1_000 === 1) {
      await this.#options.link.command(['PEXPIRE', meta, String(DAY), 'GT']);
    }
    const now = line.tail;
    if (epoch !== now?.epoch || Number(head) > (now?.offset ?? 0)) await line.heal();
  }
}

/** Takes what was published in a room, if it is an event: `eEPOCH OFFSET`, a newline, and its text. */
function hear(line: RoomLine, message: string): void {
  const end = message.indexOf('\n');
  const [, epoch, offset] = /^e(\S+) (\d{1,16})$/.exec(message.slice(0, end)) ?? [];
  if (end < 0 || epoch === undefined || offset === undefined) return;
  const position = { epoch, offset: Number(offset) };
  line.offer(
    position,
    () => parseStored(position.offset, message.slice(end + 1)) ?? unreadable(position.offset),
  );
}
