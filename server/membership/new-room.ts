import { hash } from 'node:crypto';
import { RoomError, type By, type CreateInput } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { listingOf, memberSince } from './entering.ts';
import { encode, knownKey, memberKey, type DecidedFacts, type RoomFacts } from './facts.ts';
import { demandPlace, newsFor, titled, type MembershipParts } from './parts.ts';
import type { Change } from './room-book.ts';

/** Who makes a room, and whose it is to be. */
export interface Founders {
  readonly by: By;
  /** Undefined: nobody's. */
  readonly owner: By | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** A room that nobody has made yet, and that is made now. @throws RoomError LIMIT_REACHED */
export async function newRoom(
  { records }: Pick<MembershipParts, 'records'>,
  room: RoomName,
  input: CreateInput,
  { by, owner, since }: Founders,
): Promise<Omit<Change<unknown>, 'result'> & { readonly facts: DecidedFacts }> {
  const outline = outlineOf(input);
  const madeAs = { title: input.title, owner: owner?.id };
  const facts = { ...factsOf(outline, by, owner ? 1 : 0), madeAs };
  const made = { room, type: 'roomCreated', data: outline, by };
  // Whoever looked in before the room was private.
  const who = { except: owner ? [owner.id] : [] };
  const shutOut = input.private && { revoked: { who, reason: 'removed' as const } };
  if (!owner) return { facts, news: [made], ...shutOut };
  const { id, name } = owner;
  const whileAt = await demandPlace(records, id, 'room');
  const joined = { room, type: 'joined', data: { user: { id, name } }, by };
  const told = { type: 'joined', room, by, ...titled(input.title), role: 'owner' };
  return {
    facts,
    changes: [
      { key: memberKey(id), value: encode(memberSince(since, owner, 'owner')) },
      { key: knownKey(id), value: '1' },
    ],
    listed: [{ ...listingOf(room, id), whileAt }],
    // Who makes a room himself is known to be in it.
    news: [made, ...(id === by.id ? [] : [joined]), newsFor(id, told)],
    ...shutOut,
  };
}

/** What is known of a room when it is made. `members`: how many it has. */
export function factsOf(
  outline: Pick<RoomFacts, 'visibility' | 'title'>,
  by: By,
  members: number,
): DecidedFacts {
  return { ...outline, createdBy: by.id, members, invitations: 0, bans: 0, isClosed: false };
}

/** Was a room made as what is asked for, by the same one? An answer may be lost on its way, and the room renamed since. */
export function isRepeat(
  facts: RoomFacts,
  input: CreateInput,
  { by, owner }: Pick<Founders, 'by' | 'owner'>,
): boolean {
  if (facts.isClosed || facts.createdBy !== by.id) return false;
  const { visibility, title } = outlineOf(input);
  // Earlier versions made rooms for their makers alone, and did not keep what they were called at first.
  const { madeAs = { title: facts.title, owner: facts.createdBy } } = facts;
  // One that was made for somebody else must not pass for his.
  const isSame = madeAs.title === title && madeAs.owner === owner?.id;
  return isSame && facts.visibility === visibility;
}

/** Why one is not made: where its id comes from a key, it is the key that stands for another room, or a closed one. */
export function taken({ id, idempotencyKey: key }: CreateInput): RoomError {
  return new RoomError(id === undefined && key !== undefined ? 'CONFLICT' : 'ROOM_TAKEN');
}

/** The id of a room that is to be made. */
export function idFor(by: By, input: CreateInput, newId: () => string): string {
  const { id, idempotencyKey: key } = input;
  if (id !== undefined) return id;
  const name = key === undefined ? newId() : digest(`${by.id} ${key}`);
  return input.private ? `p~${name}` : name;
}

/** What a name is made from, as an id. */
export function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 24);
}

function outlineOf({ private: isPrivate, title }: CreateInput) {
  return { visibility: isPrivate ? 'private' : 'open', ...titled(title) } as const;
}
