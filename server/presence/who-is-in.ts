import type { FollowedRoom } from './presence.ts';
import type { RoomSeats } from './room-seats.ts';

/** The room as it stands, and what can be asked of it from now on. */
export function whoIsIn(seats: RoomSeats): Omit<FollowedRoom, 'unfollow'> {
  return {
    users: seats.users(),
    hasUser: (userId) => seats.hasUser(userId),
    isHere: (userId) => seats.isHere(userId),
    isSeated: (memberId) => seats.isSeated(memberId),
  };
}
