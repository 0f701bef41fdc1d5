import { limits, type By, type Role } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import {
  bannedKey,
  encode,
  invitedKey,
  knownKey,
  memberKey,
  myInvitationKey,
  myRoomKey,
  type MemberFacts,
} from './facts.ts';
import {
  demandCount,
  demandPlace,
  newsFor,
  titled,
  type LivingRoom,
  type MembershipParts,
} from './parts.ts';
import type { Change } from './room-book.ts';
import type { IndexEntry } from './user-index.ts';

/** Who enters a room for good. */
export interface Entrant {
  readonly user: By;
  readonly joined: MemberFacts;
  /** Who lets him in: as a rule he himself. */
  readonly by: By;
}

/** A room with one more who belongs to it; neither an invitation nor a ban of his is left.
 *  @throws RoomError LIMIT_REACHED */
export async function entering(
  { records }: Pick<MembershipParts, 'records'>,
  room: RoomName,
  { facts, invitation, isBanned, isKnown }: LivingRoom,
  { user: { id, name }, joined, by }: Entrant,
): Promise<Omit<Change<unknown>, 'result'>> {
  demandCount(facts.members, limits.membersPerRoom, 'members of this room');
  const whileAt = await demandPlace(records, id, 'room');
  const [asked, wasBanned] = [await invitation(id), await isBanned(id)];
  const isFirst = !(await isKnown(id));
  const data = { user: { id, name } };
  return {
    facts: {
      ...facts,
      members: facts.members + 1,
      invitations: facts.invitations - (asked ? 1 : 0),
      bans: facts.bans - (wasBanned ? 1 : 0),
    },
    changes: [
      { key: memberKey(id), value: encode(joined) },
      { key: knownKey(id), value: '1' },
      { key: invitedKey(id), value: null },
      { key: bannedKey(id), value: null },
    ],
    listed: [{ ...listingOf(room, id), whileAt }],
    unlisted: [{ userId: id, key: myInvitationKey(room) }],
    news: [
      { room, type: 'joined', data, by },
      ...(isFirst ? [{ room, type: 'welcome', data, by }] : []),
      newsFor(id, { type: 'joined', room, by, ...titled(facts.title), role: joined.role }),
    ],
  };
}

/** What a new member is. */
export function memberSince(since: number, { name }: By, role: Role): MemberFacts {
  return { name, role, since };
}

/** A room in the list of one of its members. */
export function listingOf(room: RoomName, userId: string): IndexEntry {
  return { userId, key: myRoomKey(room) };
}
