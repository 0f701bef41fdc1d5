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
  /** Looked for among all members. Undefined: it has none. */
  owner(): Promise<Owner | undefined>;
}

/** Who owns a room. */
export interface Owner {
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
    owner: () => findOwner(records, partition),
  };
}

async function findOwner(records: Records, partition: string): Promise<Owner | undefined> {
  const prefix = memberKey('');
  for (let after: string | undefined; ;) {
    const page = await records.list(partition, { prefix, after, limit: PAGE });
    for (const record of page) {
      const facts = memberFacts(record);
      if (facts?.role === 'owner') return { userId: record.key.slice(prefix.length), facts };
    }
    if (page.length < PAGE) return undefined;
    after = page.at(-1)?.key;
  }
}
