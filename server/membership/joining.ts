import {
  limits,
  RoomError,
  type By,
  type Done,
  type MemberInput,
  type MyRoom,
} from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { userPartition, type Records, type StoredRecord } from '../records/records.ts';
import { mayActOn, mayDo } from './decisions.ts';
import { entering, listingOf, memberSince } from './entering.ts';
import {
  bannedKey,
  encode,
  invitedKey,
  invitedTo,
  myInvitationKey,
  type InvitationFacts,
} from './facts.ts';
import { givesWay } from './giving-way.ts';
import { demandCount, living, newsFor, titled, type MembershipParts } from './parts.ts';
import { inTurn, readPlaces, type ListState } from './places.ts';
import type { Change } from './room-book.ts';
import type { RoomState } from './room-state.ts';
import { summaryOf } from './summary.ts';
import { isSettled, madeBy } from './user-index.ts';

/** Brings people into rooms. */
export interface Joining {
  /** @throws RoomError FORBIDDEN, LIMIT_REACHED */
  invite(actor: By, input: MemberInput & { readonly role: 'moderator' | 'member' }): Promise<Done>;
  /** @throws RoomError FORBIDDEN, LIMIT_REACHED */
  accept(actor: By, id: string): Promise<MyRoom>;
  decline(actor: By, id: string): Promise<Done>;
}

/** More wait for somebody than may: this one has to go first. */
interface Crowded {
  readonly inTheWay: StoredRecord;
}

const FULL = `invitations for this user: ${limits.invitationsPerUser} at most`;
// Tries of an invitation whose place others take while it is made.
const MOST_TRIES = 5;

/** Makes that of one kind. */
export function createJoining({ kind, book, records, clock, turns }: MembershipParts): Joining {
  /** Invites, or says which other invitation is in the way. */
  const invite = (
    actor: By,
    { room: id, user, role }: MemberInput & { readonly role: 'moderator' | 'member' },
  ) => {
    const room = { kind, id };
    return book.change<Done | Crowded>(room, async (state) => {
      const { facts, member, invitation, isBanned } = living(state);
      const own = await member(actor.id);
      const may = own && mayDo('invite', facts.visibility, own.role);
      if (!may || !mayActOn(own.role, role)) throw new RoomError('FORBIDDEN');
      const result = { room: id };
      if (await member(user)) return { result };
      const entry = { userId: user, key: myInvitationKey(room), by: actor.id };
      if (await invitation(user)) return { result, listed: [entry] };
      demandCount(facts.invitations, limits.invitationsPerRoom, 'invitations into this room');
      const { inTheWay, whileAt } = await demandInvitation(records, user, actor);
      if (inTheWay) return { result: { inTheWay } };
      const wasBanned = await isBanned(user);
      const invited: InvitationFacts = { role, by: actor, at: clock.now() };
      return {
        result,
        facts: {
          ...facts,
          invitations: facts.invitations + 1,
          bans: facts.bans - (wasBanned ? 1 : 0),
        },
        changes: [
          { key: invitedKey(user), value: encode(invited) },
          { key: bannedKey(user), value: null },
        ],
        listed: [{ ...entry, whileAt }],
        news: [
          newsFor(user, { type: 'invitation', room, by: actor, ...titled(facts.title), role }),
        ],
      };
    });
  };

  /** Takes an invitation back, without a word to anybody: as if it had been declined. */
  const withdraw = async (userId: string, entry: StoredRecord): Promise<void> => {
    const room = invitedTo(entry.key);
    const isDone = await book.change<boolean>(room, (state) => uninvited(room, state, userId));
    // It stood for nothing.
    if (isDone || !isSettled(entry, clock.now())) return;
    const { key, version } = entry;
    await records.write(userPartition(userId), [{ key, value: null, expected: version }]);
  };

  return {
    invite: (actor, input) =>
      inTurn(turns, 'invited', input.user, async () => {
        for (let tries = 0; tries < MOST_TRIES; tries += 1) {
          const outcome = await invite(actor, input);
          if ('room' in outcome) return outcome;
          await withdraw(input.user, outcome.inTheWay);
        }
        throw new RoomError('LIMIT_REACHED', FULL);
      }),

    accept: (actor, id) => {
      const room = { kind, id };
      const decide = async (state: RoomState): Promise<Change<MyRoom>> => {
        const alive = living(state);
        const { facts, member, invitation, isBanned } = alive;
        const own = await member(actor.id);
        if (own)
          return { result: summaryOf(room, facts, own), listed: [listingOf(room, actor.id)] };
        const asked = await invitation(actor.id);
        const isFree = facts.visibility === 'open' && !(await isBanned(actor.id));
        if (!asked && !isFree) throw new RoomError('FORBIDDEN');
        const joined = memberSince(clock.now(), actor, asked?.role ?? 'member');
        const entrant = { user: actor, joined, by: actor };
        const entered = await entering({ records }, room, alive, entrant);
        return { ...entered, result: summaryOf(room, facts, joined) };
      };
      return inTurn(turns, 'room', actor.id, () => book.change(room, decide));
    },

    decline: (actor, id) => {
      const room = { kind, id };
      return book.change<Done>(room, async (state) => ({
        ...(await uninvited(room, state, actor.id)),
        result: { room: id },
      }));
    },
  };
}

/** A room without an invitation that somebody had. `result`: had he one? */
async function uninvited(
  room: RoomName,
  { facts, invitation }: RoomState,
  userId: string,
): Promise<Change<boolean>> {
  if (!facts || !(await invitation(userId))) return { result: false };
  return {
    result: true,
    facts: { ...facts, invitations: facts.invitations - 1 },
    changes: [{ key: invitedKey(userId), value: null }],
    unlisted: [{ userId, key: myInvitationKey(room) }],
  };
}

/** A few accounts must not use up what others may ask somebody. Gives the invitation that has to go first, if one
 *  has, and what one more is to be made on condition of. @throws RoomError LIMIT_REACHED */
async function demandInvitation(
  records: Records,
  userId: string,
  actor: By,
): Promise<{ readonly inTheWay?: StoredRecord; readonly whileAt: ListState }> {
  const { invitationsPerUser: most, invitationsPerUserByOne: mostByOne } = limits;
  const places = { list: 'invited', limit: 2 * most } as const;
  const { entries: waiting, state: whileAt } = await readPlaces(records, userId, places);
  const own = waiting.filter((one) => madeBy(one) === actor.id);
  demandCount(own.length, mostByOne, 'invitations of yours for this user');
  if (waiting.length < most) return { whileAt };
  const one = givesWay(waiting, actor.id);
  if (!one) throw new RoomError('LIMIT_REACHED', FULL);
  return { inTheWay: one, whileAt };
}
