import {
  limits,
  RoomError,
  type By,
  type Done,
  type MemberInput,
  type MyRoom,
} from '../../shared/index.ts';
import type { Records } from '../records/records.ts';
import { mayActOn, mayDo } from './decisions.ts';
import {
  bannedKey,
  encode,
  invitedKey,
  knownKey,
  memberKey,
  myInvitationKey,
  myRoomKey,
  type InvitationFacts,
  type MemberFacts,
} from './facts.ts';
import {
  demandCount,
  demandPlace,
  living,
  newsFor,
  titled,
  type MembershipParts,
} from './parts.ts';
import type { Change } from './room-book.ts';
import { summaryOf } from './summary.ts';
import { madeBy } from './user-index.ts';

/** Brings people into rooms. */
export interface Joining {
  /** @throws RoomError FORBIDDEN, LIMIT_REACHED */
  invite(actor: By, input: MemberInput & { readonly role: 'moderator' | 'member' }): Promise<Done>;
  /** @throws RoomError FORBIDDEN, LIMIT_REACHED */
  accept(actor: By, id: string): Promise<MyRoom>;
  decline(actor: By, id: string): Promise<Done>;
}

/** Makes that of one kind. */
export function createJoining({ kind, book, records, clock }: MembershipParts): Joining {
  return {
    invite: (actor, { room: id, user, role }) => {
      const room = { kind, id };
      return book.change<Done>(room, async (state) => {
        const { facts, member, invitation, isBanned } = living(state);
        const own = await member(actor.id);
        const may = own && mayDo('invite', { ...facts, role: own.role, isBanned: false });
        if (!may || !mayActOn(own.role, role)) throw new RoomError('FORBIDDEN');
        const result = { room: id };
        if (await member(user)) return { result };
        const listed = [{ userId: user, key: myInvitationKey(room), by: actor.id }];
        if (await invitation(user)) return { result, listed };
        demandCount(facts.invitations, limits.invitationsPerRoom, 'invitations into this room');
        await demandInvitation(records, user, actor);
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
          listed,
          news: [
            newsFor(user, { type: 'invitation', room, by: actor, ...titled(facts.title), role }),
          ],
        };
      });
    },

    accept: (actor, id) => {
      const room = { kind, id };
      return book.change<MyRoom>(room, async (state) => {
        const { facts, member, invitation, isBanned, isKnown } = living(state);
        const own = await member(actor.id);
        const listed = [{ userId: actor.id, key: myRoomKey(room) }];
        if (own) return { result: summaryOf(room, facts, own), listed };
        const asked = await invitation(actor.id);
        const isFree = facts.visibility === 'open' && !(await isBanned(actor.id));
        if (!asked && !isFree) throw new RoomError('FORBIDDEN');
        demandCount(facts.members, limits.membersPerRoom, 'members of this room');
        await demandPlace(records, actor.id, {
          prefix: 'room/',
          most: limits.roomsPerUser,
          what: 'rooms',
        });
        const role = asked?.role ?? 'member';
        const joined: MemberFacts = { name: actor.name, role, since: clock.now() };
        const data = { user: { id: actor.id, name: actor.name } };
        const isFirst = !(await isKnown(actor.id));
        return {
          result: summaryOf(room, facts, joined),
          facts: {
            ...facts,
            members: facts.members + 1,
            invitations: facts.invitations - (asked ? 1 : 0),
          },
          changes: [
            { key: memberKey(actor.id), value: encode(joined) },
            { key: knownKey(actor.id), value: '1' },
            { key: invitedKey(actor.id), value: null },
          ],
          listed,
          unlisted: [{ userId: actor.id, key: myInvitationKey(room) }],
          news: [
            { room, type: 'joined', data, by: actor },
            ...(isFirst ? [{ room, type: 'welcome', data, by: actor }] : []),
            newsFor(actor.id, { type: 'joined', room, by: actor, ...titled(facts.title), role }),
          ],
        } satisfies Change<MyRoom>;
      });
    },

    decline: (actor, id) => {
      const room = { kind, id };
      return book.change<Done>(room, async ({ facts, invitation }) => {
        const result = { room: id };
        if (!facts || !(await invitation(actor.id))) return { result };
        return {
          result,
          facts: { ...facts, invitations: facts.invitations - 1 },
          changes: [{ key: invitedKey(actor.id), value: null }],
          unlisted: [{ userId: actor.id, key: myInvitationKey(room) }],
        };
      });
    },
  };
}

/** One account alone must not use up what others may ask somebody. @throws RoomError LIMIT_REACHED */
async function demandInvitation(records: Records, userId: string, actor: By): Promise<void> {
  const waiting = await demandPlace(records, userId, {
    prefix: 'invited/',
    most: limits.invitationsPerUser,
    what: 'invitations for this user',
  });
  const own = waiting.filter((one) => madeBy(one) === actor.id);
  demandCount(own.length, limits.invitationsPerUserByOne, 'invitations of yours for this user');
}
