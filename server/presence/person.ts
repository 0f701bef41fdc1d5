import type { By } from '../../shared/index.ts';
import type { Member, PresenceChange, Seated } from './presence.ts';
import type { Held } from './seat.ts';

/** A seat as its room knows it. */
export interface Seat {
  readonly member: Member;
  /** How often its member has joined and not left. 0: it is held. */
  holds: number;
  held: Held | undefined;
  state: string | undefined;
  /** Which state was said last. */
  stateNo: number;
  /** The other node that keeps it. Undefined: this one does. */
  readonly node: string | undefined;
  /** Which was taken last. Infinity: this one is newer than all that others have told. */
  no: number;
}

/** A user with his seats in a room: shown once, however many he has. */
export interface Person {
  /** As his last token named him. */
  user: By;
  readonly seats: Set<Seat>;
}

/** As others are shown him: with the state that he has said last. */
export function seated({ user: { id, name }, seats }: Person): Seated {
  let latest: Seat | undefined;
  for (const seat of seats) if (!latest || isLater(seat, latest)) latest = seat;
  return { id, name, state: latest?.state };
}

/** The same on every node, also of two that were said at once. */
function isLater(a: Seat, b: Seat): boolean {
  if (a.stateNo !== b.stateNo) return a.stateNo > b.stateNo;
  return a.stateNo > 0 && a.member.memberId > b.member.memberId;
}

/** What rooms are told of a change. Nothing where he is shown as before. */
export function updateOf(before: Seated, user: Seated): readonly PresenceChange[] {
  const isSame = before.name === user.name && before.state === user.state;
  return isSame ? [] : [{ type: 'update', user }];
}
