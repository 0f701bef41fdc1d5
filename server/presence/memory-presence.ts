import type { By } from '../../shared/index.ts';
import { roomKey, type RoomName } from '../log/room-log.ts';
import type { Presence } from './presence.ts';

interface Seat {
  readonly user: By;
  holds: number;
}

/** Presence of one node, which is all there is without Redis. */
export function createMemoryPresence(): Presence {
  const rooms = new Map<string, Map<string, Seat>>();

  return {
    join(room, { memberId, user }) {
      const key = roomKey(room);
      const seats = rooms.get(key) ?? new Map<string, Seat>();
      rooms.set(key, seats);
      const holds = (seats.get(memberId)?.holds ?? 0) + 1;
      seats.set(memberId, { user, holds });
    },
    leave(room, { memberId }) {
      const key = roomKey(room);
      const seats = rooms.get(key);
      const seat = seats?.get(memberId);
      if (!seats || !seat) return;
      seat.holds -= 1;
      if (seat.holds === 0) seats.delete(memberId);
      if (seats.size === 0) rooms.delete(key);
    },
    users: async (room: RoomName) => {
      const users = new Map<string, By>();
      for (const { user } of rooms.get(roomKey(room))?.values() ?? []) users.set(user.id, user);
      return [...users.values()];
    },
  };
}
