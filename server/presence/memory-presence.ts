import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { roomKey } from '../log/room-log.ts';
import type { Presence, PresenceChange, PresenceFollower } from './presence.ts';
import { RoomSeats } from './room-seats.ts';

/** How presence is kept. */
export interface PresenceOptions {
  /** How long a seat is held whose connection broke, in milliseconds (PRE2). Default 15,000. */
  readonly holdMs?: number;
  /** Seats held at once; beyond, the one held longest is given up (count). Default 100,000: whoever connects
   *  and breaks off again and again fills no memory. */
  readonly maxHeld?: number;
}

interface Entry {
  readonly seats: RoomSeats;
  readonly followers: Set<PresenceFollower>;
}

interface HeldSeat {
  readonly key: string;
  readonly memberId: string;
}

/** Presence of one node, which is all there is without Redis. It ends with the process, and so does
 *  everybody's seat. */
export function createMemoryPresence({
  clock,
  holdMs = 15_000,
  maxHeld = 100_000,
}: PresenceOptions & { readonly clock: Clock }): Presence {
  const rooms = new Map<string, Entry>();
  /** The one that is held longest first. */
  const held = new Map<string, HeldSeat>();
  const holds = new Deadlines<HeldSeat>({
    clock,
    ms: holdMs,
    onDue: (seat) => giveUp(seat),
  });

  const entryOf = (key: string) => {
    const entry = rooms.get(key) ?? { seats: new RoomSeats(), followers: new Set() };
    rooms.set(key, entry);
    return entry;
  };
  const settle = (key: string, { seats, followers }: Entry) => {
    if (seats.isEmpty && followers.size === 0) rooms.delete(key);
  };
  const change = (key: string, act: (seats: RoomSeats) => readonly PresenceChange[]) => {
    const entry = entryOf(key);
    for (const one of act(entry.seats)) for (const follower of entry.followers) follower(one);
    settle(key, entry);
  };
  const giveUp = ({ key, memberId }: HeldSeat) => {
    release(key, memberId);
    change(key, (seats) => seats.expire(memberId));
  };
  const hold = (key: string, memberId: string) => {
    const seat = { key, memberId };
    held.set(`${key} ${memberId}`, seat);
    holds.set(seat);
    const [longest] = held.size > maxHeld ? held.values() : [];
    if (longest) giveUp(longest);
  };
  // A seat that was taken over expires as well: there is nothing left of it then.
  const release = (key: string, memberId: string) => {
    const seat = held.get(`${key} ${memberId}`);
    if (!seat) return;
    held.delete(`${key} ${memberId}`);
    holds.clear(seat);
  };

  return {
    join(room, member) {
      const key = roomKey(room);
      release(key, member.memberId);
      change(key, (seats) => seats.join(member));
    },
    leave(room, { memberId }, how) {
      const key = roomKey(room);
      if (how === 'left' || how === 'kicked') {
        return change(key, (seats) => seats.leave(memberId, how));
      }
      change(key, (seats) => seats.drop(memberId, how === 'drain' ? 'drain' : 'timeout'));
      if (rooms.get(key)?.seats.isHeld(memberId)) hold(key, memberId);
    },
    // Their time runs on, and there is nothing left of them then.
    expel: (room, isMeant) => change(roomKey(room), (seats) => seats.expel(isMeant)),
    setState: async (room, { memberId }, state) => {
      let isSeated = false;
      change(roomKey(room), (seats) => {
        const changes = seats.setState(memberId, state);
        isSeated = changes !== undefined;
        return changes ?? [];
      });
      return isSeated;
    },
    snapshot: async (room) => rooms.get(roomKey(room))?.seats.users() ?? [],
    follow: async (room, follower) => {
      const key = roomKey(room);
      const entry = entryOf(key);
      // One undo for each time that it follows, even if it is the same function.
      const own: PresenceFollower = (one) => follower(one);
      entry.followers.add(own);
      const unfollow = () => {
        if (entry.followers.delete(own)) settle(key, entry);
      };
      const { seats } = entry;
      return {
        users: seats.users(),
        hasUser: (userId) => seats.hasUser(userId),
        isHere: (userId) => seats.isHere(userId),
        isSeated: (memberId) => seats.isSeated(memberId),
        unfollow,
      };
    },
  };
}
