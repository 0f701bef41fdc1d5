import type { z } from 'zod';
import type { ErrorCode } from '../../shared/index.ts';
import { done, mine, roomOutline, roster } from '../description/answers.ts';
import type { KindDescription } from '../description/describe.ts';
import { ADA, BOB, SINCE } from '../description/samples.ts';
import { serverInputs } from '../membership/server-inputs.ts';
import type { Operation } from './operation.ts';
import { operation, serverCall } from './server-call.ts';

type Name = keyof typeof serverInputs;

interface Call {
  readonly method: 'GET' | 'POST';
  /** Below the kind's own path. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly errors?: readonly ErrorCode[];
  readonly output: z.ZodType;
  readonly example: { readonly input: unknown; readonly output: unknown };
}

const ID = 'p~4kd0';
const OUTLINE = { room: ID, title: 'Plans', visibility: 'private' };
const MEMBER = { role: 'member', since: SINCE };

const CALLS: Readonly<Record<Name, Call>> = {
  create: {
    method: 'POST',
    path: 'create',
    summary: 'Make a room',
    description:
      'With a server key: makes a room, in use or not, open or private, with an `owner` or without one. A repeat gives the ' +
      'same room.',
    errors: ['ROOM_TAKEN', 'CONFLICT', 'LIMIT_REACHED'],
    output: roomOutline,
    example: { input: { title: 'Plans', private: true, owner: ADA }, output: OUTLINE },
  },
  addMember: {
    ...inRoom('addMember', { user: BOB, role: 'moderator' }),
    summary: 'Add a member',
    description:
      'Makes somebody a member, invited or not, banned or not. Who is one already stays what he is.',
    errors: ['NO_SUCH_ROOM', 'LIMIT_REACHED'],
  },
  removeMember: {
    ...inRoom('removeMember', { user: 'bob', ban: true }),
    summary: 'Remove a member',
    description:
      'With a server key: takes away any member or invitation; `ban` keeps the user out as well.',
    errors: ['NO_SUCH_ROOM', 'LIMIT_REACHED'],
  },
  endBan: {
    ...inRoom('endBan', { user: 'bob' }),
    summary: 'End a ban',
    description: 'Lets a user in again as others are. No matter whether he was banned.',
  },
  setRole: {
    ...inRoom('setRole', { user: 'bob', role: 'owner' }),
    summary: 'Give a role',
    description:
      'With a server key: gives a member any role. `owner` makes the old owner a moderator.',
  },
  rename: {
    ...inRoom('rename', { title: 'Plans for May' }),
    summary: 'Rename a room',
    description: 'With a server key: gives any room that was made another title.',
  },
  close: {
    ...inRoom('close', {}),
    summary: 'Close a room',
    description:
      'With a server key: closes any room that was made, for good. A repeat is `NO_SUCH_ROOM`: it is closed.',
  },
  outline: {
    ...inRoom('outline', {}),
    method: 'GET',
    summary: 'What a room is',
    description: 'What a room that was made is to everybody: its title, and who may see it.',
    output: roomOutline,
    example: { input: { room: ID }, output: OUTLINE },
  },
  roster: {
    method: 'GET',
    path: 'rooms/{room}/roster',
    summary: 'Who belongs here',
    description: 'Who belongs to a room, be he there or not, by id.',
    output: roster,
    example: {
      input: { room: ID, limit: 20 },
      output: { members: [{ ...BOB, ...MEMBER }], count: 1, hasMore: false },
    },
  },
  roomsOf: {
    method: 'GET',
    path: 'users/{user}/rooms',
    summary: 'Rooms of a user',
    description: 'The rooms that a user belongs to, by id, the direct ones last.',
    errors: [],
    output: mine,
    example: {
      input: { user: 'bob', limit: 20 },
      output: { rooms: [{ ...OUTLINE, ...MEMBER }], hasMore: false },
    },
  },
};

/** Rooms with members, for backends: what their owners may do, and what the server alone may. */
export function membershipOperations({ kind }: KindDescription): Operation[] {
  if (!kind.membership) return [];
  return (Object.keys(CALLS) as Name[]).map((name) => membershipOperation(kind.name, name));
}

function membershipOperation(kind: string, name: Name): Operation {
  const { method, path, errors = ['NO_SUCH_ROOM'], ...words } = CALLS[name];
  const input: z.ZodType<object> = serverInputs[name];
  const call = serverCall(input, { ...words, errors, input }, (rooms, asked) => {
    // Each is parsed by the input of its own name.
    const run = rooms.membership(kind as never)[name] as (input: object) => Promise<unknown>;
    return run(asked);
  });
  return operation(method, `/api/${kind}/${path}`, call, kind);
}

function inRoom(name: string, input: object): Pick<Call, 'method' | 'path' | 'output' | 'example'> {
  return {
    method: 'POST',
    path: `rooms/{room}/${name}`,
    output: done,
    example: { input: { room: ID, ...input }, output: { room: ID } },
  };
}
