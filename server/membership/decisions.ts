import type { Role, Visibility } from '../../shared/index.ts';

/** What a room is to a user, as `authorize` is told. */
export interface Membership {
  /** Unset: nobody has made this room, or its kind has no membership. Everybody may enter it then. A room
   *  that was closed, and an id of the server's that names none, are `private` to everybody. */
  readonly visibility: Visibility | undefined;
  /** Unset: the user does not belong to it. */
  readonly role: Role | undefined;
  readonly isBanned: boolean;
}

/** What somebody is where he acts on others: a member of some role, or the server itself, which is above all. */
export type Standing = Role | 'server';

/** What may be done to a room and its members. */
export type Deed = 'invite' | 'removeMember' | 'setRole' | 'rename' | 'close' | 'leaveRoom';

/** A room that nobody has made. */
export const UNMANAGED: Membership = { visibility: undefined, role: undefined, isBanned: false };

/** What a room is to those who must not learn whether it is there. */
export const CLOSED: Membership = { visibility: 'private', role: undefined, isBanned: false };

const RANK: Readonly<Record<Standing, number>> = { server: 4, owner: 3, moderator: 2, member: 1 };

/** The rank that each deed asks for. A direct room has no ranks: neither of the two can do any of it. */
const NEEDED: Readonly<Record<Deed, number>> = {
  invite: RANK.moderator,
  removeMember: RANK.moderator,
  setRole: RANK.owner,
  rename: RANK.moderator,
  close: RANK.owner,
  leaveRoom: RANK.member,
};

/** May somebody enter: read, follow, publish? */
export function mayEnter({ visibility, role, isBanned }: Membership): boolean {
  if (isBanned) return false;
  return role !== undefined || visibility === undefined || visibility === 'open';
}

/** May an actor do a deed, whoever it is done to? `standing`: unset where he does not belong to the room. */
export function mayDo(
  deed: Deed,
  visibility: Visibility | undefined,
  standing: Standing | undefined,
): boolean {
  if (visibility === 'direct' || visibility === undefined || standing === undefined) return false;
  // The owner would leave a room that nobody can run: he hands it over, or closes it.
  if (deed === 'leaveRoom' && standing === 'owner') return false;
  return RANK[standing] >= NEEDED[deed];
}

/** May somebody change what others have said? In rooms that nobody has made the policy alone decides. */
export function mayModerate({ visibility, role }: Membership): boolean {
  if (visibility === undefined) return true;
  return visibility !== 'direct' && role !== undefined && RANK[role] >= RANK.moderator;
}

/** May it be done to this member? Nobody acts on his equals, on those above him, or on himself.
 *  `target`: unset where he is none. */
export function mayActOn(standing: Standing, target: Role | undefined): boolean {
  return RANK[standing] > (target ? RANK[target] : 0);
}
