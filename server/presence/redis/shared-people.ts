import { DAY } from '../../../shared/index.ts';
import { newName } from '../../log/new-name.ts';
import type { RoomName } from '../../log/room-log.ts';
import { roomKeys } from '../../redis/redis-keys.ts';
import type { RedisLink } from '../../redis/redis-link.ts';
import type { RoomSeats } from '../room-seats.ts';
import type { Leases } from './leases.ts';
import { BURY, PEOPLE, SYNC } from './presence-scripts.ts';
import { seatsOf, seatText } from './seat-text.ts';
import type { OwnChanges, PeoplePage } from './shared-room.ts';

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
    const reply = await this.#link.run(PEOPLE, [keyOf(room)], []);
    const [life, version, flat] = reply as [string, string, string[]];
    const seats = seatsOf(flat.map((text, at) => (at % 2 === 0 ? text.slice(1) : text)));
    const others = new Set(seats.map(({ node }) => node));
    others.delete(this.#node);
    const dead = await this.#leases.deadOf(others);
    this.bury(room, dead);
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
    const how = [newName(), this.#node, changes === 'all' ? 'all' : 'some', roomKeys(room)('live')];
    await this.#link.run(SYNC, [keyOf(room)], [...how, sets.length / 3, ...sets, ...gone]);
  }

  /** Where Redis stands, and that somebody is there. @throws RoomError LOG_UNAVAILABLE */
  async place(room: RoomName): Promise<Pick<PeoplePage, 'life' | 'version'>> {
    const key = keyOf(room);
    const reply = await this.#link.command(['HGET', key, '@']);
    const [life = '', version = '0'] = typeof reply === 'string' ? reply.split(' ') : [];
    if (life !== '') await this.#link.command(['PEXPIRE', key, String(DAY)]);
    return { life, version: Number(version) };
  }

  /** Removes what Redis still has of the dead. Where that fails, whoever reads it knows that they are dead. */
  bury(room: RoomName, nodes: ReadonlySet<string>): void {
    for (const node of nodes) this.#link.run(BURY, [keyOf(room)], [node]).catch(() => {});
  }
}

function keyOf(room: RoomName): string {
  return roomKeys(room)('people');
}
