import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { roomKey } from '../log/room-log.ts';
import type { Presence, PresenceChange, PresenceFollower } from './presence.ts';
import { RoomSeats } from './room-seats.ts';

/** How presence is kept. */
export interface PresenceOptions {
  /** How long a seat is held whose connection broke, in milliseconds (PRE2). Default 15,000. */
  readonly holdMs?: number;
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
}: PresenceOptions & { readonly clock: Clock }): Presence {
  const rooms = new Map<string, Entry>();
  const held = new Map<string, HeldSeat>();
  const holds = new Deadlines<HeldSeat>({
    clock,
    ms: holdMs,
    onDue: ({ key, memberId }) => {
      held.delete(`${key} ${memberId}`);
      change(key, (seats) => seats.expire(memberId));
    },
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
  const hold = (key: string, memberId: string) => {
    const name = `${key} ${memberId}`;
    const seat = held.get(name) ?? { key, memberId };
    held.set(name, seat);
    holds.set(seat);
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
