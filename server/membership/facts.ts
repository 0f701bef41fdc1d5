import type { By, Role, Visibility } from '../../shared/index.ts';
import type { Revocation } from '../bus/notice.ts';
import type { RoomName } from '../log/room-log.ts';
import type { StoredRecord } from '../records/records.ts';

/** An event that a change brings, told after the change is stored. It stands in the room's own record
 *  until it has been published: a crash in between keeps nobody from hearing of it. */
export interface News {
  readonly room: RoomName;
  readonly type: string;
  readonly data: unknown;
  readonly by: By;
  /** Idempotency key: told twice, it is one event. */
  readonly key: string;
}

/** What a room is. In its partition under `room`. */
export interface RoomFacts {
  readonly visibility: Visibility;
  readonly title?: string | undefined;
  readonly createdBy: string;
  /** What was asked for when it was made, whatever has become of it. Unset: of rooms of two and of earlier versions. */
  readonly madeAs?: MadeAs | undefined;
  /** Counts, so that limits need no listing. */
  readonly members: number;
  readonly invitations: number;
  readonly bans: number;
  readonly isClosed: boolean;
  readonly news: readonly News[];
  /** Whose feeds are to end, while not all nodes have been told: as the news, kept over a crash. */
  readonly revocations?: readonly Revocation[] | undefined;
  /** Who closed it, while not all of its members have been told. */
  readonly parting?: Parting | undefined;
}

/** What a repeat of what made a room is known by. */
export interface MadeAs {
  readonly title?: string | undefined;
  /** Whose it was to be. Unset: nobody's. */
  readonly owner?: string | undefined;
}

/** What a change decides of a room: all but what is kept until it has been told. */
export type DecidedFacts = Omit<RoomFacts, 'news' | 'revocations'>;

/** The word to all members that their room is closed. */
export interface Parting {
  readonly by: By;
  /** Idempotency key in the stream of each. */
  readonly key: string;
}

/** Who belongs to a room. In its partition under `member/<user>`. */
export interface MemberFacts {
  readonly name: string;
  readonly role: Role;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Who was asked to join. In the room's partition under `invited/<user>`. */
export interface InvitationFacts {
  readonly role: Role;
  readonly by: By;
  readonly at: number;
}

/** Keys within a room's partition. `known`: was a member before. */
export const ROOM = 'room';
export const memberKey = (userId: string) => `member/${userId}`;
export const invitedKey = (userId: string) => `invited/${userId}`;
export const bannedKey = (userId: string) => `banned/${userId}`;
export const knownKey = (userId: string) => `known/${userId}`;

/** Keys within a user's partition: his rooms and invitations, as an index. The rooms have the truth: an
 *  entry is made before it and taken away after it, so that none is missing; one that is too much is found
 *  out by looking at the room. */
export const myRoomKey = (room: RoomName) => `room/${room.kind}/${room.id}`;
export const myDirectKey = (room: RoomName) => `direct/${room.kind}/${room.id}`;
/** Direct rooms that the user has opened: his to answer for, as those that others opened are not. */
export const myOpenedKey = (room: RoomName) => `opened/${room.kind}/${room.id}`;
export const myInvitationKey = (room: RoomName) => `invited/${room.kind}/${room.id}`;
/** Whose entry an invitation's key is. */
export function invitedTo(key: string): RoomName {
  const [, kind = '', id = ''] = key.split('/');
  return { kind, id };
}

type Kept = StoredRecord | undefined;

// What a record holds, only `encode` has made.
const decode = (record: Kept): unknown => record && JSON.parse(record.value);
export const roomFacts = (record: Kept) => decode(record) as RoomFacts | undefined;
export const memberFacts = (record: Kept) => decode(record) as MemberFacts | undefined;
export const invitationFacts = (record: Kept) => decode(record) as InvitationFacts | undefined;

/** Has somebody to be told yet of what became of a room? */
export function isUntold({ news, revocations = [], parting }: RoomFacts): boolean {
  return news.length + revocations.length > 0 || parting !== undefined;
}

/** Facts as a record's value. */
export function encode(facts: object): string {
  return JSON.stringify(facts);
}
