import type { By } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';

/** One connection's seat in a room. A user may hold several. */
export interface Member {
  readonly memberId: string;
  readonly user: By;
}

/** Who is where (PRE1): truth is per connection, shown per user. */
export interface Presence {
  /** Seats a member. The same member may join twice and then leaves twice. */
  join(room: RoomName, member: Member): void;
  /** Gives one seat of a member back. */
  leave(room: RoomName, member: Member): void;

  /** Each user of a room once, in the order of arrival. */
  users(room: RoomName): Promise<readonly By[]>;
}
