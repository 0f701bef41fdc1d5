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
}

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
  };
}
