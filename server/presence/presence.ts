import type { By, LeaveReason } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';

/** One connection's seat in a room. A user may hold several. */
export interface Member {
  readonly memberId: string;
  readonly user: By;
  /** The client's own word for itself, the same on every connection that it makes: a connection of the
   *  same user with the same one takes the old one's seat. */
  readonly sessionId?: string | undefined;
}

/** How a seat is given up. `dropped` and `drain` are held for a while: whoever comes back was not away. */
export type Departure = 'left' | 'kicked' | 'dropped' | 'drain';

/** A user with at least one seat. */
export interface Seated extends By {
  /** His most recent state among his seats, as text. Unset: he has said nothing. */
  readonly state: string | undefined;
}

/** What happens in a room, as everybody is told: users come, change and go, however many seats they
 *  have (PRE1). And what only rooms want to know: of a user that no connection of his is left (`away`: he
 *  may come back), of a member that he is none any more (`gone`), that another has his seat (`taken`:
 *  what he follows here ends), or that something was missed and is made good (`reread`: what else comes
 *  from other nodes may have been missed too). */
export type PresenceChange =
  | { readonly type: 'join' | 'update'; readonly user: Seated }
  | { readonly type: 'leave'; readonly user: By; readonly reason: LeaveReason }
  | { readonly type: 'away'; readonly userId: string }
  | { readonly type: 'gone' | 'taken'; readonly memberId: string }
  | { readonly type: 'reread' };

/** Hears what happens in a room, in order. */
export type PresenceFollower = (change: PresenceChange) => void;

/** Who is where, over all nodes: truth is per connection, shown per user (PRE1). What is done here shows on
 *  this node at once; other nodes hear of it as soon as may be. A form that others share keeps a lease
 *  for every seat of this node, renewed every 10 s and expiring after 30 s (PRE2): what others could not be told
 *  they learn from it, and a node that died leaves nobody behind. A form that no other node sees needs none. */
export interface Presence {
  /** Seats a member; a member may join twice, and then leaves twice. With the session of another seat of
   *  the same user, held or not, he takes that one over, state and all: nobody is told of it but the
   *  rooms (`taken`). */
  join(room: RoomName, member: Member): void;
  /** Gives one seat of a member back. One that is `dropped` or `drain` is held, by default for 15 s, and
   *  only then counts as left, for `timeout` or `drain` (PRE2). */
  leave(room: RoomName, member: Member, how: Departure): void;
  /** Gives up the held seats of those who may not be there any longer: nobody waits for them. */
  expel(room: RoomName, isMeant: (userId: string) => boolean): void;
  /** Sets a member's state, as text. Resolves to false when he has no seat there. */
  setState(room: RoomName, member: Member, state: string): Promise<boolean>;
  /** Everybody in a room, each user once, in the order of arrival. */
  snapshot(room: RoomName): Promise<readonly Seated[]>;
  /** How many users are in a room. @throws RoomError LOG_UNAVAILABLE */
  count(room: RoomName): Promise<number>;
  /** The rooms of a kind that somebody is in, by id, those after `after`: at most `limit` of them, and fewer even
   *  where others follow. @throws RoomError LOG_UNAVAILABLE */
  occupied(kind: string, page: OccupiedPage): Promise<OccupiedRooms>;
  /** Calls `follower` with every change from now on, and resolves with the room as it stood then. */
  follow(room: RoomName, follower: PresenceFollower): Promise<FollowedRoom>;
  /** Stops its timers. Seats that are still held are left to the other nodes. Safe to call twice. */
  close(): Promise<void>;
}

/** Which of the rooms that somebody is in. */
export interface OccupiedPage {
  /** A room id: those behind it. Unset: from the first one on. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** A room that somebody is in. */
export interface OccupiedRoom {
  readonly room: string;
  /** How many users are. */
  readonly count: number;
}

/** A page of the rooms that somebody is in. */
export interface OccupiedRooms<Room = OccupiedRoom> {
  readonly rooms: readonly Room[];
  /** Where the next page begins (`after`). Unset: this was the last. */
  readonly next?: string;
}

/** A room that is followed, as this node knows it: answers at once. */
export interface FollowedRoom extends WhoIsThere {
  /** Everybody, as it stood when it was first followed. */
  readonly users: readonly Seated[];
  unfollow(): void;
}

/** Who is in a room now. */
export interface WhoIsThere {
  /** Has the user a seat, be it held? */
  hasUser(userId: string): boolean;
  /** Has the user a seat whose connection is there? */
  isHere(userId: string): boolean;
  /** Has the member a seat, and his connection with it? */
  isSeated(memberId: string): boolean;
}
