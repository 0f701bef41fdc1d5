import { RoomError, type By, type CreateInput, type MyRoom } from '../../shared/index.ts';
import type { RoomName } from '../log/room-log.ts';
import { memberSince } from './entering.ts';
import { encode, memberKey, myDirectKey, myOpenedKey, type MemberFacts } from './facts.ts';
import { digest, factsOf, idFor, isRepeat, newRoom, taken } from './new-room.ts';
import { demandPlace, newsFor, type MembershipParts } from './parts.ts';
import { inTurn } from './places.ts';
import type { Change } from './room-book.ts';
import type { RoomState } from './room-state.ts';
import { summaryOf } from './summary.ts';

/** Makes rooms. */
export interface Founding {
  /** @throws RoomError ROOM_TAKEN, CONFLICT (the key), LIMIT_REACHED */
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
  return {
    create: async (actor, input) => {
      const room = { kind, id: idFor(actor, input, newId) };
      const decide = async (state: RoomState): Promise<Change<MyRoom>> => {
        const again = await repeatOf(room, state, actor, input);
        if (again) return { result: again };
        if (state.facts || (await isInUse(room, actor.id))) throw taken(input);
        const since = clock.now();
        const made = await newRoom({ records }, room, input, { by: actor, owner: actor, since });
        const own = memberSince(since, actor, 'owner');
        return { ...made, result: summaryOf(room, made.facts, own) };
      };
      return inTurn(turns, 'room', actor.id, () => book.change(room, decide));
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
        const whileAt = await demandPlace(records, actor.id, 'opened');
        const joined = { type: 'joined', room, by: actor, role: 'member' };
        return {
          result,
          facts: factsOf(facts, actor, 2),
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

/** What was asked for is there already, made by the same one. */
async function repeatOf(
  room: RoomName,
  { facts, member }: RoomState,
  actor: By,
  input: CreateInput,
): Promise<MyRoom | undefined> {
  if (!facts || !isRepeat(facts, input, { by: actor, owner: actor })) return undefined;
  const own = await member(actor.id);
  return own && summaryOf(room, facts, own);
}

function memberOf(userId: string, facts: MemberFacts) {
  return { key: memberKey(userId), value: encode(facts) };
}
