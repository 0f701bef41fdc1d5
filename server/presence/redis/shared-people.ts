import { newName } from '../../log/new-name.ts';
import type { RoomName } from '../../log/room-log.ts';
import { NODES_KEY, occupiedKey, roomKeys } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { OccupiedPage, OccupiedRooms } from '../presence.ts';
import type { RoomSeats } from '../room-seats.ts';
import type { Leases } from './leases.ts';
import { BURY, LOOK, PEOPLE, SYNC } from './presence-scripts.ts';
import { seatsOf, seatText } from './seat-text.ts';
import type { OwnChanges, PeoplePage } from './shared-room.ts';

// A count reads all seats of a room.
const COUNTED_AT_ONCE = 10;
// No node is named so: nobody sits there.
const NO_NODE = '-';

/** Reads and writes the people of rooms in Redis. */
export class SharedPeople {
  readonly #link: RedisLink;
  readonly #node: string;
  readonly #leases: Leases;

  constructor(options: { link: RedisLink; node: string; leases: Leases }) {
    this.#link = options.link;
    this.#node = options.node;
    this.#leases = options.leases;
  }

  /** Everybody but those of dead nodes. @throws RoomError LOG_UNAVAILABLE */
  async read(room: RoomName): Promise<PeoplePage> {
    const reply = await this.#link.run(PEOPLE, [peopleKey(room)], []);
    const [life, version, flat] = reply as [string, string, string[]];
    const seats = seatsOf(flat.map((text, at) => (at % 2 === 0 ? text.slice(1) : text)));
    const others = new Set(seats.map(({ node }) => node));
    others.delete(this.#node);
    const dead = await this.#leases.deadOf(others);
    if (!(await this.bury(room, dead))) return this.read(room);
    const living = seats.filter(({ node }) => !dead.has(node));
    return { life, version: Number(version), seats: living };
  }

  /** Writes what has changed of this node's seats, or all of them. @throws RoomError LOG_UNAVAILABLE */
  async write(room: RoomName, seats: RoomSeats, changes: OwnChanges | 'all'): Promise<void> {
    const ids = changes === 'all' ? seats.ownIds() : [...changes.keys()];
    const sets: string[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const seat = seats.own(id);
      if (seat) sets.push(id, '', seatText(seat));
      else gone.push(id, (changes !== 'all' && changes.get(id)) || 'left');
    }
    const which = changes === 'all' ? 'all' : 'some';
    const how = [room.id, newName(), this.#node, which, roomKeys(room)('live'), sets.length / 3];
    await this.#link.run(SYNC, keysOf(room), [...how, ...sets, ...gone]);
  }

  /** Where Redis stands, and that somebody is there. @throws RoomError LOG_UNAVAILABLE */
  async place(room: RoomName): Promise<Pick<PeoplePage, 'life' | 'version'>> {
    const reply = await this.#link.run(LOOK, keysOf(room), [room.id]);
    const [life = '', version = '0'] = String(reply).split(' ');
    return { life, version: Number(version) };
  }

  /** How many users there are. @throws RoomError LOG_UNAVAILABLE */
  async count(room: RoomName): Promise<number> {
    const { seats } = await this.read(room);
    return new Set(seats.map(({ member }) => member.user.id)).size;
  }

  /** A page of a kind's rooms that somebody is in. @throws RoomError LOG_UNAVAILABLE */
  async occupied(kind: string, { after, limit }: OccupiedPage): Promise<OccupiedRooms> {
    const first = after === undefined ? '-' : `(${after}`;
    const range = [occupiedKey(kind), first, '+', 'LIMIT', '0', String(limit)];
    const ids = (await this.#link.command(['ZRANGEBYLEX', ...range])) as string[];
    const rooms: { room: string; count: number }[] = [];
    for (let from = 0; from < ids.length; from += COUNTED_AT_ONCE) {
      const some = ids.slice(from, from + COUNTED_AT_ONCE).map((id) => this.#counted({ kind, id }));
      rooms.push(...(await Promise.all(some)).filter(({ count }) => count > 0));
    }
    const last = ids.at(-1);
    return last !== undefined && ids.length === limit ? { rooms, next: last } : { rooms };
  }

  async #counted(room: RoomName): Promise<{ room: string; count: number }> {
    const count = await this.count(room);
    // Where all went with their nodes nobody else takes it from the list.
    if (count === 0) void this.bury(room, new Set([NO_NODE]));
    return { room: room.id, count };
  }

  /** Removes what Redis still has of the dead. Where that fails, whoever reads it knows that they are dead. False: one of
   *  them is there again, with its seats. Never rejects. */
  async bury(room: RoomName, nodes: ReadonlySet<string>): Promise<boolean> {
    const keys = [...keysOf(room), NODES_KEY];
    const burying = [...nodes].map((node) =>
      this.#link.run(BURY, keys, [room.id, node]).catch(() => 1),
    );
    return (await Promise.all(burying)).every((isBuried) => isBuried !== 0);
  }
}

function keysOf(room: RoomName): [people: string, occupied: string] {
  return [peopleKey(room), occupiedKey(room.kind)];
}

function peopleKey(room: RoomName): string {
  return roomKeys(room)('people');
}
