import type { z } from 'zod';
import {
  RoomError,
  SERVER,
  type By,
  type Done,
  type MyRoom,
  type RosterEntry,
} from '../../shared/index.ts';
import { shownOf } from '../auth/user.ts';
import { badInput } from '../bad-input.ts';
import { entering, listingOf, memberSince } from './entering.ts';
import { bannedKey } from './facts.ts';
import { createGoverning } from './governing.ts';
import { createListing } from './listing.ts';
import { outlineOf, type RoomOutline } from './outline.ts';
import { idFor, isRepeat, newRoom, taken } from './new-room.ts';
import { living, type MembershipParts } from './parts.ts';
import { inTurn } from './places.ts';
import { asServer } from './right.ts';
import type { Change } from './room-book.ts';
import { serverInputs } from './server-inputs.ts';

type Input<Name extends keyof typeof serverInputs> = z.input<(typeof serverInputs)[Name]>;

/** Who belongs to the rooms of a kind, for the server's own code: nobody is asked, the limits of rooms and users hold.
 *  What happens is told as what users do, `by` the server or by whom it says. Each
 *  @throws RoomError BAD_INPUT, NO_SUCH_ROOM, FORBIDDEN (in a direct room), LOG_UNAVAILABLE */
export interface ServerMembership {
  /** Makes a room, in use or not, with an owner or without one. A repeat gives the same room.
   *  @throws RoomError ROOM_TAKEN, CONFLICT (the key), LIMIT_REACHED */
  create(input: Input<'create'>): Promise<RoomOutline>;
  /** Makes somebody a member, invited or not, banned or not. Who is one already stays what he is.
   *  @throws RoomError LIMIT_REACHED */
  addMember(input: Input<'addMember'>): Promise<Done>;
  /** Takes away a member, the owner too, or an invitation; `ban` keeps the user out as well.
   *  @throws RoomError LIMIT_REACHED */
  removeMember(input: Input<'removeMember'>): Promise<Done>;
  /** Lets a user in again as others are, without a word to anybody. No matter whether he was banned. */
  endBan(input: Input<'endBan'>): Promise<Done>;
  /** Of a member. The old owner, if there is another, becomes a moderator. */
  setRole(input: Input<'setRole'>): Promise<Done>;
  rename(input: Input<'rename'>): Promise<Done>;
  /** For good: there is no such room then, for a repeat either. */
  close(input: Input<'close'>): Promise<Done>;
  /** What a room is to everybody. */
  outline(input: Input<'outline'>): Promise<RoomOutline>;
  /** A page of who belongs to a room, by id. */
  roster(
    input: Input<'roster'>,
  ): Promise<{ members: RosterEntry[]; count: number; hasMore: boolean }>;
  /** A page of the rooms that a user belongs to, by id, the direct ones last. */
  roomsOf(input: Input<'roomsOf'>): Promise<{ rooms: MyRoom[]; hasMore: boolean }>;
}

/** Makes that of one kind. */
export function createServerMembership(
  parts: MembershipParts & { readonly newId: () => string },
): ServerMembership {
  const { kind, book, records, clock, turns, newId } = parts;
  const governing = createGoverning({ ...parts, right: asServer });
  const listing = createListing({ ...parts, right: asServer });
  /** Whoever may have a place in a user's list takes a turn of his; a room without an owner is in no list. */
  const inTurnOf = <T>(user: By | undefined, run: () => Promise<T>) =>
    user ? inTurn(turns, 'room', user.id, run) : run();

  return {
    create: async (given) => {
      const { by = SERVER, owner, ...input } = read('create', given);
      const room = { kind, id: idFor(by, input, newId) };
      return inTurnOf(owner, () =>
        book.change<RoomOutline>(room, async ({ facts }) => {
          if (facts && isRepeat(facts, input, { by, owner })) {
            return { result: outlineOf(room, facts) };
          }
          if (facts) throw taken(input);
          const made = await newRoom({ records }, room, input, { by, owner, since: clock.now() });
          return { ...made, result: outlineOf(room, made.facts) };
        }),
      );
    },

    addMember: async (given) => {
      const { by = SERVER, room: id, user, role } = read('addMember', given);
      const room = { kind, id };
      return inTurnOf(user, () =>
        book.change(room, async (state): Promise<Change<Done>> => {
          const alive = living(state, asServer);
          if (alive.facts.visibility === 'direct') throw new RoomError('FORBIDDEN');
          const result = { room: id };
          if (await state.member(user.id)) return { result, listed: [listingOf(room, user.id)] };
          const joined = memberSince(clock.now(), user, role);
          return { ...(await entering({ records }, room, alive, { user, joined, by })), result };
        }),
      );
    },

    removeMember: async (given) => {
      const { by = SERVER, ...input } = read('removeMember', given);
      return governing.removeMember(by, input);
    },
    endBan: async (given) => {
      const { room: id, user } = read('endBan', given);
      return book.change<Done>({ kind, id }, async (state) => {
        const { facts, isBanned } = living(state, asServer);
        const result = { room: id };
        if (!(await isBanned(user))) return { result };
        const changes = [{ key: bannedKey(user), value: null }];
        return { result, facts: { ...facts, bans: facts.bans - 1 }, changes };
      });
    },
    setRole: async (given) => {
      const { by = SERVER, ...input } = read('setRole', given);
      return governing.setRole(by, input);
    },
    rename: async (given) => {
      const { by = SERVER, ...input } = read('rename', given);
      return governing.rename(by, input);
    },
    close: async (given) => {
      const { by = SERVER, room } = read('close', given);
      return governing.close(by, room);
    },
    outline: async (given) => {
      const room = { kind, id: read('outline', given).room };
      return outlineOf(room, living(await book.read(room), asServer).facts);
    },
    roster: async (given) => {
      const { room, ...page } = read('roster', given);
      return listing.roster(room, page);
    },
    roomsOf: async (given) => {
      const { user, ...page } = read('roomsOf', given);
      return listing.mine({ id: user }, page);
    },
  };
}

/** @throws RoomError BAD_INPUT */
function read<Name extends keyof typeof serverInputs>(
  name: Name,
  given: Input<Name>,
): z.output<(typeof serverInputs)[Name]> {
  const { success, data, error } = serverInputs[name].safeParse(shown(given));
  if (!success) throw badInput(error);
  return data as z.output<(typeof serverInputs)[Name]>;
}

/** Of people no more than everybody may see. */
function shown(given: unknown): unknown {
  // Code without types may hand over anything.
  if (typeof given !== 'object' || given === null) return given;
  const fields = Object.entries(given).map(([name, value]: [string, unknown]) => {
    return [name, isPerson(value) ? shownOf(value) : value];
  });
  return Object.fromEntries(fields);
}

function isPerson(value: unknown): value is By {
  return typeof value === 'object' && value !== null && 'id' in value && 'name' in value;
}
