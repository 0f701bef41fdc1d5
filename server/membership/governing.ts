import {
  limits,
  RoomError,
  type By,
  type Done,
  type MemberInput,
  type Role,
} from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { markKey } from '../reading/mark.ts';
import { mayActOn, mayDo, type Deed, type Standing } from './decisions.ts';
import {
  bannedKey,
  encode,
  invitedKey,
  memberKey,
  myInvitationKey,
  myRoomKey,
  type RoomFacts,
} from './facts.ts';
import { demandCount, living, newsFor, type LivingRoom, type MembershipParts } from './parts.ts';
import type { Right } from './right.ts';
import type { Change } from './room-book.ts';
import type { RoomMember } from './room-state.ts';

/** Runs rooms. Whoever may not do it is refused with FORBIDDEN. The server may do all of it that can be done at all. */
export interface Governing {
  leaveRoom(actor: By, id: string): Promise<Done>;
  removeMember(actor: By, input: MemberInput & { readonly ban: boolean }): Promise<Done>;
  setRole(actor: By, input: MemberInput & { readonly role: Role }): Promise<Done>;
  rename(actor: By, input: { readonly room: string; readonly title: string }): Promise<Done>;
  close(actor: By, id: string): Promise<Done>;
}

/** Makes that of one kind. */
export function createGoverning(
  parts: MembershipParts & { readonly newId: () => string; readonly right: Right },
): Governing {
  const { kind, book, newId, right } = parts;

  /** Changes a living room, if the actor may do the deed in it. */
  const govern = (
    actor: By,
    id: string,
    deed: Deed,
    decide: (
      room: RoomName,
      state: LivingRoom,
      standing: Standing,
    ) => Promise<Omit<Change<Done>, 'result'>>,
  ) => {
    const room = { kind, id };
    return book.change<Done>(room, async (state) => {
      const alive = living(state, right);
      const standing = await right.standing(alive, actor);
      if (!standing || !mayDo(deed, alive.facts.visibility, standing)) {
        throw new RoomError('FORBIDDEN', refusalOf(deed, standing));
      }
      return { ...(await decide(room, alive, standing)), result: { room: id } };
    });
  };

  return {
    leaveRoom: (actor, id) =>
      govern(actor, id, 'leaveRoom', async (room, { facts }) => {
        const gone = leaving(room, facts, { user: actor, by: actor, reason: 'left' });
        // Everybody may be in an open room, whether he belongs to it or not.
        if (facts.visibility !== 'open') return gone;
        const { revoked: _, ...rest } = gone;
        return rest;
      }),

    removeMember: (actor, { room: id, user, ban }) =>
      govern(actor, id, 'removeMember', async (room, state, standing) => {
        const target = await state.member(user);
        if (isOneself(standing, actor, user) || !mayActOn(standing, target?.role))
          throw new RoomError('FORBIDDEN');
        const kept = ban ? await banning(state, user, actor) : { facts: state.facts, changes: [] };
        const reason = ban ? 'banned' : 'removed';
        if (target) {
          const who = { id: user, name: target.name };
          const gone = leaving(room, kept.facts, { user: who, by: actor, reason });
          return { ...gone, changes: [...gone.changes, ...kept.changes] };
        }
        const asked = await state.invitation(user);
        if (!asked && kept.changes.length === 0) return {};
        return {
          facts: { ...kept.facts, invitations: kept.facts.invitations - (asked ? 1 : 0) },
          changes: [{ key: invitedKey(user), value: null }, ...kept.changes],
          unlisted: [{ userId: user, key: myInvitationKey(room) }],
          ...(ban && {
            news: [newsFor(user, { type: 'removed', room, by: actor, code: reason, params: {} })],
            revoked: { who: { only: user }, reason },
          }),
        };
      }),

    setRole: (actor, { room: id, user, role }) =>
      govern(actor, id, 'setRole', async (room, state, standing) => {
        const target = await state.member(user);
        if (!target) throw noMember(standing);
        if (isOneself(standing, actor, user)) throw new RoomError('FORBIDDEN');
        if (target.role === role) return {};
        const given = [{ userId: user, facts: { ...target, role } }];
        // A room has one owner: who hands it over keeps what a moderator may do.
        const old = role === 'owner' ? await ownerOf(state, actor) : undefined;
        if (old) given.push({ ...old, facts: { ...old.facts, role: 'moderator' } });
        return {
          facts: state.facts,
          changes: given.map((one) => ({ key: memberKey(one.userId), value: encode(one.facts) })),
          news: given.map((one) => ({
            room,
            type: 'roleChanged',
            data: { user: { id: one.userId, name: one.facts.name }, role: one.facts.role },
            by: actor,
          })),
        };
      }),

    rename: (actor, { room: id, title }) =>
      govern(actor, id, 'rename', async (room, { facts }) =>
        facts.title === title
          ? {}
          : {
              facts: { ...facts, title },
              news: [{ room, type: 'renamed', data: { title }, by: actor }],
            },
      ),

    close: (actor, id) =>
      govern(actor, id, 'close', async (room, { facts }) => ({
        facts: { ...facts, isClosed: true, parting: { by: actor, key: `closed-${newId()}` } },
        news: [{ room, type: 'closed', data: {}, by: actor }],
        revoked: { who: 'all', reason: 'closed' },
      })),
  };
}

/** Nobody acts on himself, but the server may speak for the one that it acts on. */
function isOneself(standing: Standing, actor: By, userId: string): boolean {
  return standing !== 'server' && userId === actor.id;
}

function noMember(standing: Standing): RoomError {
  const code = standing === 'server' ? 'BAD_INPUT' : 'FORBIDDEN';
  return new RoomError(code, 'nobody of this id belongs to the room');
}

/** As a rule it is who hands the room over. */
async function ownerOf({ member, owner }: LivingRoom, actor: By): Promise<RoomMember | undefined> {
  const own = await member(actor.id);
  return own?.role === 'owner' ? { userId: actor.id, facts: own } : owner();
}

/** The room with one more who is kept out of it. @throws RoomError LIMIT_REACHED */
async function banning({ facts, isBanned }: LivingRoom, userId: string, by: By) {
  if (await isBanned(userId)) return { facts, changes: [] };
  demandCount(facts.bans, limits.bansPerRoom, 'bans in this room');
  const ban = { key: bannedKey(userId), value: encode({ by }) };
  return { facts: { ...facts, bans: facts.bans + 1 }, changes: [ban] };
}

function leaving(
  room: RoomName,
  facts: RoomFacts,
  { user, by, reason }: { user: By; by: By; reason: 'left' | 'removed' | 'banned' },
) {
  const { id, name } = user;
  // Of an open room he may go on reading, whether he belongs to it or not.
  const isOut = reason !== 'left' || facts.visibility !== 'open';
  const forgotten = isOut ? [memberKey(id), markKey(id)] : [memberKey(id)];
  return {
    facts: { ...facts, members: facts.members - 1 },
    changes: forgotten.map((key) => ({ key, value: null as string | null })),
    unlisted: [{ userId: id, key: myRoomKey(room) }],
    news: [
      { room, type: 'left', data: { user: { id, name }, reason }, by },
      newsFor(id, { type: 'removed', room, by, code: reason, params: {} }),
    ],
    revoked: { who: { only: id }, reason },
  } satisfies Omit<Change<Done>, 'result'>;
}

/** More than that it may not be is said only to somebody who belongs to the room. */
function refusalOf(deed: Deed, standing: Standing | undefined): string | undefined {
  if (deed !== 'leaveRoom' || standing !== 'owner') return undefined;
  return 'the owner hands the room over or closes it';
}
