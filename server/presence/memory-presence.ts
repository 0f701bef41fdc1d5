import type { Clock } from '../clock.ts';
import { roomKey } from '../log/room-log.ts';
import { Holds, type PresenceOptions } from './holds.ts';
import type { Presence, PresenceChange, PresenceFollower } from './presence.ts';
import { RoomSeats } from './room-seats.ts';
import { whoIsIn } from './who-is-in.ts';

interface Entry {
  readonly seats: RoomSeats;
  readonly followers: Set<PresenceFollower>;
}

/** Presence of one node, which is all there is without Redis. It ends with the process, and so does
 *  everybody's seat. */
export function createMemoryPresence(
  options: PresenceOptions & { readonly clock: Clock },
): Presence {
  const rooms = new Map<string, Entry>();
  const holds = new Holds({
    ...options,
    onOver: ({ key, memberId }) => change(key, (seats) => seats.expire(memberId)),
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

  return {
    join(room, member) {
      const key = roomKey(room);
      holds.release({ key, memberId: member.memberId });
      change(key, (seats) => seats.join(member));
    },
    leave(room, { memberId }, how) {
      const key = roomKey(room);
      if (how === 'left' || how === 'kicked') {
        return change(key, (seats) => seats.leave(memberId, how));
      }
      change(key, (seats) => seats.drop(memberId, how === 'drain' ? 'drain' : 'timeout'));
      if (rooms.get(key)?.seats.isHeld(memberId)) holds.hold({ key, memberId });
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
      return { ...whoIsIn(entry.seats), unfollow };
    },
    close: async () => holds.close(),
  };
}
