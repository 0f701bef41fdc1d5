import type { RoomName } from '../log/room-log.ts';
import { roomPartition, type Records } from '../records/records.ts';
import {
  bannedKey,
  invitationFacts,
  memberFacts,
  roomFacts,
  invitedKey,
  knownKey,
  memberKey,
  ROOM,
  type InvitationFacts,
  type MemberFacts,
  type RoomFacts,
} from './facts.ts';

/** What the records say of a room now. */
export interface RoomState {
  /** Undefined: nobody has made this room. */
  readonly facts: RoomFacts | undefined;
  /** Of the room's own record; 0: there is none. */
  readonly version: number;
  member(userId: string): Promise<MemberFacts | undefined>;
  invitation(userId: string): Promise<InvitationFacts | undefined>;
  isBanned(userId: string): Promise<boolean>;
  /** Has the user been a member before? */
  isKnown(userId: string): Promise<boolean>;
  /** Who belongs to it, by id. */
  members(): AsyncIterable<RoomMember>;
  /** Looked for among all members. Undefined: it has none. */
  owner(): Promise<RoomMember | undefined>;
}

/** Who belongs to a room, and as what. */
export interface RoomMember {
  readonly userId: string;
  readonly facts: MemberFacts;
}

const PAGE = 500;

/** Reads it. @throws RoomError LOG_UNAVAILABLE, LOG_DAMAGED */
export async function readRoom(records: Records, room: RoomName): Promise<RoomState> {
  const partition = roomPartition(room);
  const record = await records.read(partition, ROOM);
  const read = (key: string) => records.read(partition, key);
  return {
    facts: roomFacts(record),
    version: record?.version ?? 0,
    member: async (userId) => memberFacts(await read(memberKey(userId))),
    invitation: async (userId) => invitationFacts(await read(invitedKey(userId))),
    isBanned: async (userId) => (await read(bannedKey(userId))) !== undefined,
    isKnown: async (userId) => (await read(knownKey(userId))) !== undefined,
    members: () => membersOf(records, room),
    owner: () => findOwner(membersOf(records, room)),
  };
}

/** A page of a room's members, by id. `after`: the last of the page before. */
export async function readMembers(
  records: Records,
  room: RoomName,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<RoomMember[]> {
  const prefix = memberKey('');
  const page = await records.list(roomPartition(room), {
    prefix,
    after: after === undefined ? undefined : memberKey(after),
    limit,
  });
  return page.flatMap((record) => {
    const facts = memberFacts(record);
    return facts ? [{ userId: record.key.slice(prefix.length), facts }] : [];
  });
}

async function findOwner(members: AsyncIterable<RoomMember>): Promise<RoomMember | undefined> {
  for await (const one of members) {
    if (one.facts.role === 'owner') return one;
  }
  return undefined;
}

async function* membersOf(records: Records, room: RoomName): AsyncGenerator<RoomMember> {
  for (let after: string | undefined; ;) {
    const page = await readMembers(records, room, { after, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.userId;
  }
}
