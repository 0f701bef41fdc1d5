import type { Clock } from '../clock.ts';
import { roomKey } from '../log/room-log.ts';
import { Holds, type PresenceOptions } from './holds.ts';
import type { KeptSeat, KeptSeats } from './kept-seats.ts';
import type {
  OccupiedPage,
  OccupiedRooms,
  Presence,
  PresenceChange,
  PresenceFollower,
} from './presence.ts';
import { RoomSeats } from './room-seats.ts';
import { whoIsIn } from './who-is-in.ts';

interface Entry {
  readonly seats: RoomSeats;
  readonly followers: Set<PresenceFollower>;
}

/** Presence of one node, which is all there is without Redis. With `kept`, whoever has a seat when it is closed is held
 *  by the next one; otherwise it ends with the process, and so does everybody's seat. */
export function createMemoryPresence(
  options: PresenceOptions & { readonly clock: Clock; readonly kept?: KeptSeats },
): Presence {
  const { clock, kept } = options;
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

  const hold = (key: string, memberId: string, why: 'drain' | 'timeout') => {
    change(key, (seats) => seats.drop(memberId, why));
    if (rooms.get(key)?.seats.isHeld(memberId)) holds.hold({ key, memberId });
  };
  for (const { room, state, memberId, user, sessionId } of kept?.take(clock.now()) ?? []) {
    change(room, (seats) => seats.join({ memberId, user, sessionId }));
    if (state !== undefined) change(room, (seats) => seats.setState(memberId, state) ?? []);
    hold(room, memberId, 'drain');
  }
  const close = () => {
    holds.close();
    kept?.leave(seatsOf(rooms), clock.now());
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
      hold(key, memberId, how === 'drain' ? 'drain' : 'timeout');
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
    count: async (room) => rooms.get(roomKey(room))?.seats.count ?? 0,
    occupied: async (kind, page) => pageOf(occupiedIn(rooms, kind), page),
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
    close: async () => close(),
  };
}

function occupiedIn(
  rooms: ReadonlyMap<string, Entry>,
  kind: string,
): { room: string; count: number }[] {
  const prefix = roomKey({ kind, id: '' });
  return [...rooms]
    .filter(([key, { seats }]) => key.startsWith(prefix) && !seats.isEmpty)
    .map(([key, { seats }]) => ({ room: key.slice(prefix.length), count: seats.count }));
}

function pageOf(
  all: readonly { room: string; count: number }[],
  { after, limit }: OccupiedPage,
): OccupiedRooms {
  const rest = all.filter(({ room }) => after === undefined || room > after);
  const rooms = rest.toSorted((a, b) => (a.room < b.room ? -1 : 1)).slice(0, limit);
  const last = rooms.at(-1);
  return last && rest.length > limit ? { rooms, next: last.room } : { rooms };
}

/** All seats, in each room those last whose state was said last. */
function seatsOf(rooms: ReadonlyMap<string, Entry>): KeptSeat[] {
  return [...rooms].flatMap(([room, { seats }]) =>
    seats
      .ownIds()
      .flatMap((id) => seats.own(id) ?? [])
      .toSorted((a, b) => a.stateNo - b.stateNo)
      .map(({ member: { memberId, user, sessionId }, state }) => {
        return { room, memberId, user: { id: user.id, name: user.name }, sessionId, state };
      }),
  );
}
