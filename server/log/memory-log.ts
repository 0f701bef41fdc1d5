import { limits, RoomError, type Retention } from '../../shared/index.ts';
import { digestOf } from './digest.ts';
import { Followers } from './followers.ts';
import { MemoryKeys, type Kept } from './memory-keys.ts';
import { countPastAge } from './past-age.ts';
import {
  roomKey,
  type Appended,
  type Bounds,
  type ChangeRange,
  type CountRange,
  type Entry,
  type Page,
  type Range,
  type RoomLog,
  type RoomName,
  type StoredEvent,
} from './room-log.ts';
import { TailList } from './tail-list.ts';
import { Witnesses } from './witnesses.ts';

interface MemoryRoom {
  readonly retention: Retention;
  /** The newest last; the first has offset `first`. */
  readonly events: TailList<StoredEvent>;
  first: number;
  readonly keys: MemoryKeys;
}

/** A log that lives and dies with the process: for tests and throw-away rooms. Level `memory`.
 *  Keys are capped at 100,000 a room. */
export function createMemoryLog(options: {
  epoch: string;
  retention: (kind: string) => Retention;
  onError: (error: unknown) => void;
}): RoomLog {
  const { epoch, retention } = options;
  const rooms = new Map<string, MemoryRoom>();
  const followers = new Followers(options.onError);
  const witnesses = new Witnesses();
  let isClosed = false;

  const makeRoom = (name: RoomName): MemoryRoom => {
    const { memoryKeys: cap, keyWindowMs: windowMs } = limits;
    const room = {
      retention: retention(name.kind),
      events: new TailList<StoredEvent>(),
      first: 1,
      keys: new MemoryKeys({ cap, windowMs }),
    };
    rooms.set(roomKey(name), room);
    return room;
  };

  const untold: (readonly [key: string, event: StoredEvent])[] = [];
  const tell = (key: string, event: StoredEvent): void => {
    // Who appends while he is told of an event must not have others told of his before.
    if (untold.push([key, event]) > 1) return;
    for (const [room, next] of untold) {
      followers.notify(room, [next], epoch);
      witnesses.tell(room, [next], epoch);
    }
    untold.length = 0;
  };

  const append = (entry: Entry): Appended => {
    if (isClosed) throw new RoomError('LOG_UNAVAILABLE');
    const known = rooms.get(roomKey(entry.room));
    const repeat = known && findRepeat(known, entry);
    if (repeat) return { epoch, offset: repeat.offset, at: repeat.at, duplicate: true };
    const first = known && firstOf(known, entry);
    if (first) {
      rememberKey(known, entry, first);
      return { epoch, offset: first.offset, at: first.at, duplicate: true };
    }
    if (!holds(known, entry)) throw new RoomError('STALE_VERSION');
    const room = known ?? makeRoom(entry.room);
    const event = storedEvent(entry, headOf(room) + 1);
    room.events.push(event);
    eraseAbout(room, entry);
    rememberKey(room, entry, event);
    dropOldest(room, room.events.length - room.retention.maxEvents);
    tell(roomKey(entry.room), event);
    return { epoch, offset: event.offset, at: event.at, duplicate: false };
  };

  const boundsOf = (name: RoomName): Bounds => {
    const room = rooms.get(roomKey(name));
    return { epoch, first: room?.first ?? 1, head: room ? headOf(room) : 0 };
  };

  const read = (name: RoomName, range: Range): Page => {
    const room = rooms.get(roomKey(name));
    return { ...boundsOf(name), events: room ? slice(room, range) : [] };
  };

  return {
    level: 'memory',
    append: async (entry) => append(entry),
    read: async (name, range) => read(name, range),
    bounds: async (name) => boundsOf(name),
    changes: async (name, range) => newestChanges(rooms.get(roomKey(name)), range),
    count: async (name, range) => {
      const room = rooms.get(roomKey(name));
      return { count: countEvents(room, range), head: boundsOf(name).head };
    },
    follow: (name, follower) => followers.add(name, follower),
    witness: (kind, witness) => witnesses.add(kind, witness),
    erase: async (name, offset) => {
      if (isClosed) throw new RoomError('LOG_UNAVAILABLE');
      return erase(rooms.get(roomKey(name)), offset);
    },
    trim: async (now) => {
      for (const room of rooms.values()) trimByAge(room, now);
    },
    keyWindowMs: (name, now) => rooms.get(roomKey(name))?.keys.windowMs(now) ?? limits.keyWindowMs,
    failure: () => (isClosed ? 'the log is closed' : undefined),
    close: async () => {
      isClosed = true;
    },
  };
}

function headOf(room: MemoryRoom): number {
  return room.first + room.events.length - 1;
}

function storedEvent(entry: Entry, offset: number): StoredEvent {
  const { type, data, by, at, idempotencyKey, about } = entry;
  const event = { offset, type, data, by, at, idempotencyKey };
  return about === undefined ? event : { ...event, about };
}

/** What stands already of something that is done once. */
function firstOf(room: MemoryRoom, { type, about, once }: Entry): StoredEvent | undefined {
  if (!once || about === undefined) return undefined;
  return room.events.slice().find((event) => event.about === about && event.type === type);
}

/** Does an entry's guard hold? */
function holds(room: MemoryRoom | undefined, { about, guard }: Entry): boolean {
  if (!guard) return true;
  if (about === undefined) return (room ? headOf(room) : 0) === guard.version;
  const [newest = about] = (room?.events.slice() ?? [])
    .filter((event) => event.about === about && guard.types.includes(event.type))
    .map(({ offset }) => offset)
    .toReversed();
  return newest === guard.version;
}

function eraseAbout(room: MemoryRoom, { about, erases }: Entry): void {
  if (about === undefined || !erases) return;
  for (const event of room.events.slice()) {
    const isAbout = event.about === about && erases.includes(event.type);
    if (isAbout || event.offset === about) erase(room, event.offset);
  }
}

function newestChanges(room: MemoryRoom | undefined, range: ChangeRange): StoredEvent[] {
  const { first, last, types } = range;
  const newest = new Map<string, StoredEvent>();
  for (const event of room?.events.slice() ?? []) {
    const { about, type } = event;
    if (about === undefined || about < first || about > last || !types.includes(type)) continue;
    newest.set(`${about} ${type}`, event);
  }
  return [...newest.values()].toSorted((a, b) => a.offset - b.offset);
}

function countEvents(
  room: MemoryRoom | undefined,
  { after, types, notBy, limit }: CountRange,
): number {
  let found = 0;
  for (const { type, data, by } of room ? slice(room, { after, limit: room.events.length }) : []) {
    if (found === limit) break;
    if (data !== null && by.id !== notBy && types.includes(type)) found += 1;
  }
  return found;
}

function slice({ events, first }: MemoryRoom, range: Range): StoredEvent[] {
  if ('after' in range) {
    const from = Math.max(0, range.after + 1 - first);
    return events.slice(from, from + range.limit);
  }
  const to = Math.max(0, Math.min(events.length, range.before - first));
  return events.slice(Math.max(0, to - range.limit), to);
}

function findRepeat(room: MemoryRoom, entry: Entry): Kept | undefined {
  if (entry.idempotencyKey === undefined) return undefined;
  const kept = room.keys.get(entry.by.id, entry.idempotencyKey, entry.at);
  if (!kept) return undefined;
  if (kept.digest !== undefined && kept.digest !== digestOf(entry)) throw new RoomError('CONFLICT');
  return kept;
}

function rememberKey(room: MemoryRoom, entry: Entry, { offset, at }: StoredEvent): void {
  if (entry.idempotencyKey === undefined) return;
  room.keys.put(entry.by.id, entry.idempotencyKey, { offset, at, digest: digestOf(entry) });
}

function dropOldest(room: MemoryRoom, count: number): void {
  if (count <= 0) return;
  room.events.drop(count);
  room.first += count;
}

function trimByAge(room: MemoryRoom, now: number): void {
  const youngFrom = now - room.retention.maxAgeMs;
  const timeOf = (index: number) => room.events.at(index)?.at;
  dropOldest(room, countPastAge(timeOf, { youngFrom, now }));
  room.keys.trim(now);
}

function erase(room: MemoryRoom | undefined, offset: number): boolean {
  const index = room ? offset - room.first : -1;
  const event = room?.events.at(index);
  if (!room || !event) return false;
  room.events.replace(index, { ...event, data: null });
  room.keys.forget(offset);
  return true;
}
