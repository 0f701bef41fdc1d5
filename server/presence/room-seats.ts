import type { LeaveReason } from '../../shared/index.ts';
import { seated, updateOf, type Person, type Seat } from './person.ts';
import type { Member, PresenceChange, Seated, WhoIsThere } from './presence.ts';
import type { FarSeat, Held, ToldSeat } from './seat.ts';

const NOTHING: readonly PresenceChange[] = [];

/** The seats of one room. All decisions, no clock: whoever holds a seat says when its time is over. */
export class RoomSeats implements WhoIsThere {
  readonly #seats = new Map<string, Seat>();
  /** In the order of arrival. */
  readonly #people = new Map<string, Person>();
  readonly #onOwn: (memberId: string, reason?: LeaveReason) => void;
  #stateNo = 0;
  #own = 0;

  /** `onOwn` hears which seats of this node have changed or, with a reason, are no more. */
  constructor(onOwn: (memberId: string, reason?: LeaveReason) => void = () => {}) {
    this.#onOwn = onOwn;
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** Does this node keep any of them? */
  get hasOwn(): boolean {
    return this.#own > 0;
  }

  /** A seat that this node keeps. */
  own(memberId: string): ToldSeat | undefined {
    const seat = this.#seats.get(memberId);
    return seat?.node === undefined ? seat : undefined;
  }

  /** The members whose seats this node keeps. */
  ownIds(): string[] {
    return [...this.#seats.values()].filter(isOwn).map(({ member }) => member.memberId);
  }

  /** The seats that other nodes keep: member and node. */
  *far(): Iterable<{ readonly memberId: string; readonly node: string }> {
    for (const { member, node } of this.#seats.values()) {
      if (node !== undefined) yield { memberId: member.memberId, node };
    }
  }

  /** How many users there are. */
  get count(): number {
    return this.#people.size;
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
      if (known.held) this.#onOwn(member.memberId);
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
      node: undefined,
      no: Number.POSITIVE_INFINITY,
    };
    this.#own += 1;
    this.#onOwn(member.memberId);
    return [...this.#admit(seat), ...this.#takeOver(old)];
  }

  /** Takes a seat of another node as it stands there. Of two of one session the later one is it, wherever
   *  that is asked. */
  place(far: FarSeat): readonly PresenceChange[] {
    this.#stateNo = Math.max(this.#stateNo, far.stateNo);
    const known = this.#seats.get(far.member.memberId);
    if (known) return known.node === undefined ? NOTHING : this.#move(known, far);
    const old = this.#sameSession(far.member);
    if (old && old.no > far.no) return NOTHING;
    const { member, held, state, stateNo, node, no } = far;
    const seat: Seat = { member, holds: held ? 0 : 1, held, state, stateNo, node, no };
    return [...this.#admit(seat), ...this.#takeOver(old)];
  }

  /** A seat of another node is no more. */
  remove(memberId: string, reason?: LeaveReason): readonly PresenceChange[] {
    const seat = this.#seats.get(memberId);
    if (seat?.node === undefined) return NOTHING;
    return this.#remove(seat, reason ?? seat.held ?? 'left');
  }

  /** The node that kept a seat is lost. */
  lose(memberId: string): readonly PresenceChange[] {
    const seat = this.#seats.get(memberId);
    return seat?.node === undefined ? NOTHING : this.#remove(seat, seat.held ?? 'timeout');
  }

  /** Others have heard of a seat of this node: one that they take from now on is later. */
  confirm(memberId: string, no: number): void {
    const seat = this.#seats.get(memberId);
    if (seat?.node === undefined && seat) seat.no = no;
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
    this.#onOwn(memberId);
    return this.#awayOf(seat);
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
    this.#onOwn(memberId);
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

  #move(seat: Seat, { held, state, stateNo }: FarSeat): readonly PresenceChange[] {
    const person = this.#people.get(seat.member.user.id);
    if (!person) return NOTHING;
    const before = seated(person);
    const wasHeld = seat.held !== undefined;
    Object.assign(seat, { held, state, stateNo, holds: held ? 0 : 1 });
    const away = held && !wasHeld ? this.#awayOf(seat) : NOTHING;
    return [...away, ...updateOf(before, seated(person))];
  }

  /** What rooms are told when the connection of a seat has gone. */
  #awayOf({ member: { memberId, user } }: Seat): readonly PresenceChange[] {
    const gone: PresenceChange = { type: 'gone', memberId };
    return this.isHere(user.id) ? [gone] : [gone, { type: 'away', userId: user.id }];
  }

  #admit(seat: Seat): readonly PresenceChange[] {
    const { user, memberId } = seat.member;
    this.#seats.set(memberId, seat);
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
    this.#forget(old, 'left');
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
    this.#forget(seat, reason);
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

  #forget(seat: Seat, reason: LeaveReason): void {
    const { memberId } = seat.member;
    this.#seats.delete(memberId);
    if (!isOwn(seat)) return;
    this.#own -= 1;
    this.#onOwn(memberId, reason);
  }
}

function isOwn({ node }: Seat): boolean {
  return node === undefined;
}
