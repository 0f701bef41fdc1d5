import { limits, RoomError, type Retention } from '../../shared/index.ts';
import { digestOf } from './digest.ts';
import { Followers } from './followers.ts';
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

interface Kept {
  readonly offset: number;
  readonly at: number;
  /** Undefined once the event is erased: its content must not live on, not even as a digest. */
  readonly digest: string | undefined;
}

interface MemoryRoom {
  readonly retention: Retention;
  /** The newest last; `events[0]` has offset `first`. */
  events: StoredEvent[];
  first: number;
  /** By user and key, in the order of their making. */
  readonly keys: Map<string, Kept>;
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
  let isClosed = false;

  const makeRoom = (name: RoomName): MemoryRoom => {
    const room = { retention: retention(name.kind), events: [], first: 1, keys: new Map() };
    rooms.set(roomKey(name), room);
    return room;
  };

  const append = (entry: Entry): Appended => {
    if (isClosed) throw new RoomError('LOG_UNAVAILABLE');
    const known = rooms.get(roomKey(entry.room));
    const repeat = known && findRepeat(known, entry);
    if (repeat) return { epoch, offset: repeat.offset, at: repeat.at, duplicate: true };
    if (!holds(known, entry)) throw new RoomError('STALE_VERSION');
    const room = known ?? makeRoom(entry.room);
    const event = storedEvent(entry, headOf(room) + 1);
    room.events.push(event);
    eraseAbout(room, entry);
    rememberKey(room, entry, event);
    dropOldest(room, room.events.length - room.retention.maxEvents);
    followers.notify(roomKey(entry.room), [event], epoch);
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
    erase: async (name, offset) => erase(rooms.get(roomKey(name)), offset),
    trim: async (now) => {
      for (const room of rooms.values()) trimByAge(room, now);
    },
    keyWindowMs: (name, now) => keyWindowMs(rooms.get(roomKey(name)), now),
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

/** Does an entry's guard hold? */
function holds(room: MemoryRoom | undefined, { about, guard }: Entry): boolean {
  if (about === undefined || !guard) return true;
  const [newest = about] = (room?.events ?? [])
    .filter((event) => event.about === about && guard.types.includes(event.type))
    .map(({ offset }) => offset)
    .toReversed();
  return newest === guard.version;
}

function eraseAbout(room: MemoryRoom, { about, erases }: Entry): void {
  if (about === undefined || !erases) return;
  for (const event of room.events) {
    const isAbout = event.about === about && erases.includes(event.type);
    if (isAbout || event.offset === about) erase(room, event.offset);
  }
}

function newestChanges(room: MemoryRoom | undefined, range: ChangeRange): StoredEvent[] {
  const { first, last, types } = range;
  const newest = new Map<string, StoredEvent>();
  for (const event of room?.events ?? []) {
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

/** User ids hold no space, so the two parts cannot run together. */
function scopedKey(userId: string, key: string): string {
  return `${userId} ${key}`;
}

function findRepeat(room: MemoryRoom, entry: Entry): Kept | undefined {
  if (entry.idempotencyKey === undefined) return undefined;
  const kept = room.keys.get(scopedKey(entry.by.id, entry.idempotencyKey));
  if (!kept || kept.at <= entry.at - limits.keyWindowMs) return undefined;
  if (kept.digest !== undefined && kept.digest !== digestOf(entry)) throw new RoomError('CONFLICT');
  return kept;
}

function rememberKey(room: MemoryRoom, entry: Entry, { offset, at }: StoredEvent): void {
  if (entry.idempotencyKey === undefined) return;
  const key = scopedKey(entry.by.id, entry.idempotencyKey);
  room.keys.delete(key);
  room.keys.set(key, { offset, at, digest: digestOf(entry) });
  if (room.keys.size > limits.memoryKeys) dropOldestKey(room);
}

function dropOldestKey(room: MemoryRoom): void {
  for (const key of room.keys.keys()) {
    room.keys.delete(key);
    return;
  }
}

function keyWindowMs(room: MemoryRoom | undefined, now: number): number {
  if (!room || room.keys.size < limits.memoryKeys) return limits.keyWindowMs;
  const [oldest] = room.keys.values();
  return Math.max(0, Math.min(limits.keyWindowMs, now - (oldest?.at ?? now)));
}

function dropOldest(room: MemoryRoom, count: number): void {
  if (count <= 0) return;
  room.events.splice(0, count);
  room.first += count;
}

function trimByAge(room: MemoryRoom, now: number): void {
  const oldest = now - room.retention.maxAgeMs;
  const kept = room.events.findIndex((event) => event.at >= oldest);
  dropOldest(room, kept === -1 ? room.events.length : kept);
  for (const [key, { at }] of room.keys) {
    if (at > now - limits.keyWindowMs) break;
    room.keys.delete(key);
  }
}

function erase(room: MemoryRoom | undefined, offset: number): boolean {
  const index = room ? offset - room.first : -1;
  const event = room?.events[index];
  if (!room || !event) return false;
  room.events[index] = { ...event, data: null };
  for (const [key, kept] of room.keys) {
    if (kept.offset === offset) room.keys.set(key, { ...kept, digest: undefined });
  }
  return true;
}
