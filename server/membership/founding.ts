import { hash } from 'node:crypto';
import { limits, RoomError, type By, type CreateInput, type MyRoom } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import {
  encode,
  knownKey,
  memberKey,
  myDirectKey,
  myOpenedKey,
  myRoomKey,
  type DecidedFacts,
  type MemberFacts,
  type RoomFacts,
} from './facts.ts';
import { demandPlace, newsFor, titled, type MembershipParts } from './parts.ts';
import { inTurn } from './places.ts';
import type { Change } from './room-book.ts';
import type { RoomState } from './room-state.ts';
import { summaryOf } from './summary.ts';

/** Makes rooms. */
export interface Founding {
  /** @throws RoomError ROOM_TAKEN, LIMIT_REACHED */
  create(actor: By, input: CreateInput): Promise<MyRoom>;
  /** @throws RoomError BAD_INPUT, LIMIT_REACHED */
  direct(actor: By, userId: string): Promise<MyRoom>;
}

/** Makes that of one kind. `isInUse`: has a room that nobody has made events, or people other than this one
 *  in it? */
export function createFounding(
  parts: MembershipParts & {
    readonly newId: () => string;
    readonly isInUse: (room: RoomName, userId: string) => Promise<boolean>;
  },
): Founding {
  const { kind, book, records, clock, turns, newId, isInUse } = parts;
  const demandRoom = (userId: string, list: 'room' | 'opened') =>
    demandPlace(records, userId, { list, most: limits.roomsPerUser, what: 'rooms' });

  const found = async (actor: By, room: RoomName, input: CreateInput): Promise<Change<MyRoom>> => {
    if (await isInUse(room, actor.id)) throw new RoomError('ROOM_TAKEN');
    const whileAt = await demandRoom(actor.id, 'room');
    const visibility = input.private ? 'private' : 'open';
    const owner: MemberFacts = { name: actor.name, role: 'owner', since: clock.now() };
    const facts = { visibility, ...titled(input.title) } as const;
    return {
      result: summaryOf(room, facts, owner),
      facts: newRoom(actor, facts, 1),
      changes: [memberOf(actor.id, owner), { key: knownKey(actor.id), value: '1' }],
      listed: [{ userId: actor.id, key: myRoomKey(room), whileAt }],
      news: [
        { room, type: 'roomCreated', data: facts, by: actor },
        newsFor(actor.id, {
          type: 'joined',
          room,
          by: actor,
          ...titled(input.title),
          role: 'owner',
        }),
      ],
      // Whoever looked in before the room was private.
      ...(input.private && { revoked: { who: { except: actor.id }, reason: 'removed' } as const }),
    };
  };

  return {
    create: async (actor, input) => {
      const room = { kind, id: input.id ?? idFor(actor, input, newId) };
      const create = () =>
        book.change(room, async (state) => {
          const again = await repeatOf(room, state, actor, input);
          if (state.facts && !again) throw new RoomError('ROOM_TAKEN');
          return again ? { result: again } : found(actor, room, input);
        });
      return inTurn(turns, 'room', actor.id, create);
    },

    direct: async (actor, userId) => {
      if (userId === actor.id) throw new RoomError('BAD_INPUT', 'a direct room needs two');
      const room = { kind, id: directId(kind, actor.id, userId) };
      const decide = async (state: RoomState): Promise<Change<MyRoom>> => {
        const [mine, other] = [await state.member(actor.id), await state.member(userId)];
        const since = clock.now();
        const own: MemberFacts = { role: 'member', since, ...mine, name: actor.name };
        // Who he is to be called, he alone can say: until he comes he goes by his id.
        const theirs: MemberFacts = other ?? { role: 'member', since, name: userId };
        const facts = { visibility: 'direct' } as const;
        const result = summaryOf(room, facts, own, { id: userId, name: theirs.name });
        if (state.facts) {
          if (mine?.name === actor.name) return { result };
          return { result, facts: state.facts, changes: [memberOf(actor.id, own)] };
        }
        const whileAt = await demandRoom(actor.id, 'opened');
        const joined = { type: 'joined', room, by: actor, role: 'member' };
        return {
          result,
          facts: newRoom(actor, facts, 2),
          changes: [memberOf(actor.id, own), memberOf(userId, theirs)],
          listed: [
            { userId: actor.id, key: myOpenedKey(room), whileAt },
            { userId: actor.id, key: myDirectKey(room) },
            { userId, key: myDirectKey(room) },
          ],
          news: [
            { room, type: 'roomCreated', data: facts, by: actor },
            newsFor(actor.id, joined),
            newsFor(userId, joined),
          ],
        };
      };
      return inTurn(turns, 'opened', actor.id, () => book.change(room, decide));
    },
  };
}

/** The id of the one room of two users: the same, whoever asks. */
function directId(kind: string, ...users: [string, string]): string {
  // Spaces are in no id, so no two pairs share a text.
  return `d~${digest([kind, ...users.toSorted()].join(' '))}`;
}

function idFor(actor: By, input: CreateInput, newId: () => string): string {
  const { idempotencyKey: key } = input;
  const name = key === undefined ? newId() : digest(`${actor.id} ${key}`);
  return input.private ? `p~${name}` : name;
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 24);
}

/** What was asked for is there already, made by the same one: an answer that was lost on its way. */
async function repeatOf(
  room: RoomName,
  { facts, member }: RoomState,
  actor: By,
  input: CreateInput,
): Promise<MyRoom | undefined> {
  if (!facts || facts.isClosed || facts.createdBy !== actor.id) return undefined;
  const isSame =
    facts.title === input.title && facts.visibility === (input.private ? 'private' : 'open');
  const own = isSame ? await member(actor.id) : undefined;
  return own && summaryOf(room, facts, own);
}

function newRoom(
  actor: By,
  facts: Pick<RoomFacts, 'visibility' | 'title'>,
  members: number,
): DecidedFacts {
  return { ...facts, createdBy: actor.id, members, invitations: 0, bans: 0, isClosed: false };
}

function memberOf(userId: string, facts: MemberFacts) {
  return { key: memberKey(userId), value: encode(facts) };
}
