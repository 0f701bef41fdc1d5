import type { By, LeaveReason } from '../../shared/index.ts';
import type { Member, PresenceChange, Seated, WhoIsThere } from './presence.ts';

/** Why a seat is held. */
type Held = Extract<LeaveReason, 'timeout' | 'drain'>;

interface Seat {
  readonly member: Member;
  /** How often its member has joined and not left. 0: it is held. */
  holds: number;
  held: Held | undefined;
  state: string | undefined;
  /** Which state was said last. */
  stateNo: number;
}

interface Person {
  user: By;
  readonly seats: Set<Seat>;
}

const NOTHING: readonly PresenceChange[] = [];

/** The seats of one room. All decisions, no clock: whoever holds a seat says when its time is over. */
export class RoomSeats implements WhoIsThere {
  readonly #seats = new Map<string, Seat>();
  /** In the order of arrival. */
  readonly #people = new Map<string, Person>();
  #stateNo = 0;

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** Everybody, each user once. */
  users(): Seated[] {
    return [...this.#people.values()].map(seated);
  }

  hasUser(userId: string): boolean {
    return this.#people.has(userId);
  }

  isHere(userId: string): boolean {
    for (const { held } of this.#people.get(userId)?.seats ?? []) if (!held) return true;
    return false;
  }

  isSeated(memberId: string): boolean {
    const seat = this.#seats.get(memberId);
    return seat !== undefined && !seat.held;
  }

  isHeld(memberId: string): boolean {
    return this.#seats.get(memberId)?.held !== undefined;
  }

  join(member: Member): readonly PresenceChange[] {
    const known = this.#seats.get(member.memberId);
    if (known) {
      known.holds += 1;
      known.held = undefined;
      return NOTHING;
    }
    const old = this.#sameSession(member);
    const seat: Seat = {
      member,
      holds: 1,
      held: undefined,
      state: old?.state,
      stateNo: old?.stateNo ?? 0,
    };
    this.#seats.set(member.memberId, seat);
    return [...this.#admit(seat), ...this.#takeOver(old)];
  }

  /** Gives one hold of a seat back. */
  leave(memberId: string, reason: Exclude<LeaveReason, Held>): readonly PresenceChange[] {
    const seat = this.#release(memberId);
    return seat ? this.#remove(seat, reason) : NOTHING;
  }

  /** Gives one hold of a seat back; after the last the seat is held until `expire`. */
  drop(memberId: string, held: Held): readonly PresenceChange[] {
    const seat = this.#release(memberId);
    if (!seat) return NOTHING;
    seat.held = held;
    const gone: PresenceChange = { type: 'gone', memberId };
    const { id } = seat.member.user;
    return this.isHere(id) ? [gone] : [gone, { type: 'away', userId: id }];
  }

  /** The time of a held seat is over. */
  expire(memberId: string): readonly PresenceChange[] {
    const seat = this.#seats.get(memberId);
    return seat?.held ? this.#remove(seat, seat.held) : NOTHING;
  }

  /** Gives up held seats of users who may not be there any longer. */
  expel(isMeant: (userId: string) => boolean): readonly PresenceChange[] {
    const held = [...this.#seats.values()].filter((seat) => seat.held);
    return held
      .filter(({ member }) => isMeant(member.user.id))
      .flatMap((seat) => this.#remove(seat, 'kicked'));
  }

  /** Undefined: the member has no seat. */
  setState(memberId: string, state: string): readonly PresenceChange[] | undefined {
    const seat = this.#seats.get(memberId);
    const person = seat && this.#people.get(seat.member.user.id);
    if (!seat || seat.held || !person) return undefined;
    const before = seated(person);
    seat.state = state;
    seat.stateNo = this.#stateNo += 1;
    return updateOf(before, seated(person));
  }

  /** The seat if it was the last hold that was given back. */
  #release(memberId: string): Seat | undefined {
    const seat = this.#seats.get(memberId);
    if (!seat || seat.holds === 0) return undefined;
    seat.holds -= 1;
    return seat.holds === 0 ? seat : undefined;
  }

  #sameSession({ user, sessionId }: Member): Seat | undefined {
    if (sessionId === undefined) return undefined;
    for (const seat of this.#people.get(user.id)?.seats ?? []) {
      if (seat.member.sessionId === sessionId) return seat;
    }
    return undefined;
  }

  #admit(seat: Seat): readonly PresenceChange[] {
    const { user } = seat.member;
    const person = this.#people.get(user.id);
    if (!person) {
      const newcomer = { user, seats: new Set([seat]) };
      this.#people.set(user.id, newcomer);
      return [{ type: 'join', user: seated(newcomer) }];
    }
    const before = seated(person);
    // A later token may name him otherwise.
    person.user = user;
    person.seats.add(seat);
    return updateOf(before, seated(person));
  }

  #takeOver(old: Seat | undefined): readonly PresenceChange[] {
    if (!old) return NOTHING;
    const { memberId, user } = old.member;
    this.#seats.delete(memberId);
    this.#people.get(user.id)?.seats.delete(old);
    return old.held
      ? NOTHING
      : [
          { type: 'taken', memberId },
          { type: 'gone', memberId },
        ];
  }

  #remove(seat: Seat, reason: LeaveReason): readonly PresenceChange[] {
    const { memberId, user } = seat.member;
    const person = this.#people.get(user.id);
    this.#seats.delete(memberId);
    const gone: PresenceChange[] = seat.held ? [] : [{ type: 'gone', memberId }];
    if (!person) return gone;
    const before = seated(person);
    person.seats.delete(seat);
    if (person.seats.size === 0) {
      this.#people.delete(user.id);
      return [...gone, { type: 'leave', user: person.user, reason }];
    }
    const away: PresenceChange[] =
      !seat.held && !this.isHere(user.id) ? [{ type: 'away', userId: user.id }] : [];
    return [...gone, ...away, ...updateOf(before, seated(person))];
  }
}

function seated({ user: { id, name }, seats }: Person): Seated {
  let latest: Seat | undefined;
  for (const seat of seats) if (!latest || seat.stateNo > latest.stateNo) latest = seat;
  return { id, name, state: latest?.state };
}

function updateOf(before: Seated, user: Seated): readonly PresenceChange[] {
  const isSame = before.name === user.name && before.state === user.state;
  return isSame ? NOTHING : [{ type: 'update', user }];
}
