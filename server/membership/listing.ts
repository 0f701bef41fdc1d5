import {
  limits,
  type By,
  type Invitation,
  type MyRoom,
  type PageInput,
  type RosterEntry,
} from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { userPartition, type StoredRecord } from '../records/records.ts';
import { myDirectKey, myInvitationKey, myRoomKey } from './facts.ts';
import { living, titled, type MembershipParts } from './parts.ts';
import type { Right } from './right.ts';
import { readMembers, type RoomMember } from './room-state.ts';
import { summaryOf } from './summary.ts';
import { isSettled } from './user-index.ts';

/** Lists who belongs where. */
export interface Listing {
  mine(actor: Pick<By, 'id'>, page: PageInput): Promise<{ rooms: MyRoom[]; hasMore: boolean }>;
  invitations(actor: By, page: PageInput): Promise<{ invitations: Invitation[]; hasMore: boolean }>;
  /** @throws RoomError FORBIDDEN, or what the right says, when there is no such room */
  roster(
    id: string,
    page: PageInput,
  ): Promise<{ members: RosterEntry[]; count: number; hasMore: boolean }>;
}

// What the ids of direct rooms begin with: they come after all others.
const DIRECT_ID = 'd~';
const NONE = { found: [], hasMore: false };

/** Makes that of one kind. */
export function createListing({
  kind,
  book,
  records,
  clock,
  right,
}: MembershipParts & { readonly right: Right }): Listing {
  /** A page of a user's index, of those entries that the rooms confirm. Those that they have not
   *  confirmed for long are taken away. */
  const listOf = async <T>(
    userId: string,
    prefix: string,
    { after, limit = limits.listPageDefault }: PageInput,
    confirm: (room: RoomName) => Promise<T | undefined>,
  ) => {
    const partition = userPartition(userId);
    const found: T[] = [];
    let last = after === undefined ? undefined : prefix + after;
    for (;;) {
      const page = await records.list(partition, { prefix, after: last, limit: limit + 1 });
      for (const record of page) {
        if (found.length === limit) return { found, hasMore: true };
        last = record.key;
        const one = await confirm({ kind, id: record.key.slice(prefix.length) });
        if (one !== undefined) found.push(one);
        else await forget(partition, record);
      }
      if (page.length <= limit) return { found, hasMore: false };
    }
  };
  const forget = async (partition: string, entry: StoredRecord) => {
    const { key, version } = entry;
    if (!isSettled(entry, clock.now())) return;
    await records.write(partition, [{ key, value: null, expected: version }]);
  };

  const myRoom = async (userId: string, room: RoomName): Promise<MyRoom | undefined> => {
    const { facts, member } = await book.read(room);
    const own = facts && !facts.isClosed ? await member(userId) : undefined;
    if (!facts || !own) return undefined;
    const other = facts.visibility === 'direct' ? await otherOf(room, userId) : undefined;
    return summaryOf(room, facts, own, other);
  };
  const otherOf = async (room: RoomName, userId: string): Promise<By | undefined> => {
    const both = await readMembers(records, room, { limit: 2 });
    const other = both.find((one) => one.userId !== userId);
    return other && { id: other.userId, name: other.facts.name };
  };

  return {
    mine: async (actor, page) => {
      const { after, limit = limits.listPageDefault } = page;
      const list = (key: typeof myRoomKey, from: string | undefined, most: number) =>
        listOf(actor.id, key({ kind, id: '' }), { after: from, limit: most }, (room) =>
          myRoom(actor.id, room),
        );
      const isAmongDirect = after?.startsWith(DIRECT_ID) === true;
      const others = isAmongDirect ? NONE : await list(myRoomKey, after, limit);
      if (others.hasMore) return { rooms: others.found, hasMore: true };
      const left = limit - others.found.length;
      const direct = await list(myDirectKey, isAmongDirect ? after : undefined, left);
      return { rooms: [...others.found, ...direct.found], hasMore: direct.hasMore };
    },

    invitations: async (actor, page) => {
      const prefix = myInvitationKey({ kind, id: '' });
      const list = await listOf(
        actor.id,
        prefix,
        page,
        async (room): Promise<Invitation | undefined> => {
          const { facts, invitation } = await book.read(room);
          const asked = facts && !facts.isClosed ? await invitation(actor.id) : undefined;
          if (!facts || !asked) return undefined;
          const { role, by, at } = asked;
          return { room: room.id, ...titled(facts.title), role, by, at: new Date(at) };
        },
      );
      return { invitations: list.found, hasMore: list.hasMore };
    },

    roster: async (id, { after, limit = limits.listPageDefault }) => {
      const room = { kind, id };
      const { facts } = living(await book.read(room), right);
      const found = await readMembers(records, room, { after, limit: limit + 1 });
      const members = found.slice(0, limit).map(rosterEntry);
      return { members, count: facts.members, hasMore: found.length > limit };
    },
  };
}

function rosterEntry({ userId, facts: { name, role, since } }: RoomMember): RosterEntry {
  return { id: userId, name, role, since: new Date(since) };
}
