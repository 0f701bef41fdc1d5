import { z } from 'zod';
import { ME, RoomError, type RoomKind } from '../../shared/index.ts';
import { lifeInputs } from '../../shared/life-procedures.ts';
import { positionInput } from '../../shared/position-input.ts';
import { historyInput, membersInput, roomId } from '../../shared/procedures.ts';
import { ack, roomOutline } from '../description/answers.ts';
import type { KindDescription } from '../description/describe.ts';
import type { EventDescription } from '../description/events.ts';
import { crowds } from '../description/frames.ts';
import { ACK, unionOf, type ProcedureDescription } from '../description/procedure.ts';
import { KEY, ROOM } from '../description/samples.ts';
import { wordsFor } from '../description/words.ts';
import { occupiedInput } from '../presence/occupied.ts';
import { byInput as by } from '../person-input.ts';
import type { Operation, ServerCall } from './operation.ts';
import { anyEvent, event, firstOf } from './event-input.ts';
import { membershipOperations } from './membership-operations.ts';
import { given, methodOf, operation, serverCall } from './server-call.ts';
import { userOperations } from './user-operations.ts';

// Each is a publish, and all of them are waited for.
const MAX_ROOMS = 100;

/** What backends with a server key reach: every event of the contract and every room; nobody is asked. */
export function serverOperations(kinds: readonly KindDescription[]): Operation[] {
  const me = kinds.find(({ kind }) => kind.name === ME);
  return [...kinds.filter((kind) => kind !== me).flatMap(ofKind), ...userOperations(me)];
}

function ofKind(description: KindDescription): Operation[] {
  const { kind, events, procedures } = description;
  const { name } = kind;
  const inRoom = `/api/${name}/rooms/{room}`;
  const values = events.filter(({ spec }) => spec.delivery === 'latest');
  // What users have too looks the same for backends.
  const alike = procedures.flatMap((like) => {
    const server = likeUsers(name, like);
    return server ? [operation(methodOf(like), `${inRoom}/${like.name}`, server, name)] : [];
  });
  return [
    operation('POST', `${inRoom}/publish`, publish(description), name),
    operation('POST', `/api/${name}/broadcast`, broadcast(description), name),
    operation('GET', `/api/${name}/rooms`, occupied(kind), name),
    operation('GET', `${inRoom}/position`, position(name), name),
    ...(values.length > 0
      ? [operation('GET', `${inRoom}/latest`, latest(name, values), name)]
      : []),
    ...alike,
    ...membershipOperations(description),
  ];
}

function publish(description: KindDescription): ServerCall {
  const { kind } = description;
  const at = { replyTo: positionInput.optional(), ifPosition: positionInput.optional() };
  const words = wordsFor('publish');
  const call = {
    ...words,
    description:
      'With a server key: every event of the contract, in every room. With `ifPosition` a durable event is appended only ' +
      'while the room stands there; a repeat under its key gets the first ack all the same.',
    errors: [...words.errors, 'STALE_POSITION', 'STALE_VERSION'] as const,
    input: anyEvent(description, { room: roomId, ...at }),
    output: ack,
    example: { input: { room: ROOM, ...firstOf(description), idempotencyKey: KEY }, output: ACK },
  };
  const envelope = z.strictObject({ room: roomId, ...at, ...event });
  return serverCall(envelope, call, (rooms, { room, type, data, ...options }) =>
    rooms.publish(kind.name, room, type, data, given(options)),
  );
}

function broadcast(description: KindDescription): ServerCall {
  const { kind } = description;
  const rooms = z.array(roomId).min(1).max(MAX_ROOMS);
  const refused = z.object({ reason: z.string(), detail: z.string(), retryable: z.boolean() });
  const call = {
    summary: 'Publish into many rooms',
    description:
      'Publishes one event into each of up to 100 rooms. What became of it is told room by room: `ack` or `error`. ' +
      'With an idempotency key the whole can be repeated.',
    errors: [],
    input: anyEvent(description, { rooms }),
    output: z.object({
      results: z.array(
        z.object({
          room: z.string(),
          ack: ack.exactOptional(),
          error: refused.exactOptional(),
        }),
      ),
    }),
    example: {
      input: { rooms: [ROOM], ...firstOf(description), idempotencyKey: KEY },
      output: { results: [{ room: ROOM, ack: ACK }] },
    },
  };
  const envelope = z.strictObject({ rooms, ...event });
  return serverCall(envelope, call, async (reach, { rooms: names, type, data, ...options }) => {
    const one = async (room: string) => {
      try {
        return { room, ack: await reach.publish(kind.name, room, type, data, given(options)) };
      } catch (error) {
        // Wrong for one is wrong for all; what may pass later is each room's own.
        if (!(error instanceof RoomError) || error.code === 'BAD_INPUT') throw error;
        const { code: reason, message: detail, retryable } = error;
        return { room, error: { reason, detail, retryable } };
      }
    };
    return { results: await Promise.all([...new Set(names)].map(one)) };
  });
}

function occupied({ name, membership }: RoomKind): ServerCall {
  const seen = z.object({ room: z.string(), count: z.int() });
  const room = membership ? seen.extend(roomOutline.omit({ room: true }).partial().shape) : seen;
  const call = {
    summary: 'List rooms that somebody is in',
    description:
      'A page of the rooms of this kind that somebody is in now, by id, each with how many users' +
      (membership ? ', and with title and visibility where somebody has made it' : '') +
      '. `next`, where there are more: `after` of the next page.',
    errors: [],
    input: occupiedInput,
    output: z.object({ rooms: z.array(room), next: z.string().exactOptional() }),
    example: {
      input: { limit: 20 },
      output: { rooms: [{ room: ROOM, count: 3 }] },
    },
  };
  return serverCall(occupiedInput, call, (rooms, page) => rooms.occupied(name, page));
}

const positionAsked = z.strictObject({ room: roomId });

function position(kind: string): ServerCall {
  const call = {
    summary: 'Where a room stands',
    description: 'The position of the newest event of a room, `epoch:0` where there is none.',
    errors: [],
    input: positionAsked,
    output: z.object({ room: z.string(), position: z.string() }),
    example: { input: { room: ROOM }, output: { room: ROOM, position: ACK.position } },
  };
  return serverCall(positionAsked, call, async (rooms, { room }) => {
    return { room, position: await rooms.position(kind, room) };
  });
}

const latestInput = z.strictObject({ room: roomId });

function latest(kind: string, values: readonly EventDescription[]): ServerCall {
  const call = {
    summary: 'Read the latest values',
    description:
      'The latest values that stand in a room, those that were set first in front, and `crowds` of what too many do to be told ' +
      'one by one.',
    errors: [],
    input: latestInput,
    output: z.object({ latest: z.array(unionOf(values.map(({ schema }) => schema))), crowds }),
    example: {
      input: { room: ROOM },
      output: { latest: values.slice(0, 1).map(({ whole }) => whole) },
    },
  };
  return serverCall(latestInput, call, (rooms, { room }) => rooms.latest(kind, room));
}

/** What a backend does as users do, where it may. */
function likeUsers(kind: string, like: ProcedureDescription): ServerCall | undefined {
  switch (like.name) {
    case 'history':
      return serverCall(historyInput, forServers(like), (rooms, { room, ...page }) =>
        rooms.history(kind, room, page),
      );
    case 'members':
      return serverCall(membersInput, forServers(like), (rooms, { room, ...page }) =>
        rooms.members(kind, room, page),
      );
    case 'edit':
      return serverCall(editInput, forServers(like), (rooms, { room, target, data, ...options }) =>
        rooms.edit(kind, room, target, data, given(options)),
      );
    case 'remove':
      return serverCall(removeInput, forServers(like), (rooms, { room, target, ...options }) =>
        rooms.remove(kind, room, target, given(options)),
      );
    default:
      return undefined;
  }
}

// They say for whom they do it; a repeat changes nothing, so there is no key.
const editInput = lifeInputs.edit.omit({ idempotencyKey: true }).extend({ by });
const removeInput = lifeInputs.remove.omit({ idempotencyKey: true }).extend({ by });

function forServers(like: ProcedureDescription): Omit<ServerCall, 'envelope' | 'takesKey' | 'run'> {
  const { summary, errors, output, description, takesKey } = like;
  const { input, example } = takesKey ? byBackend(like) : like;
  return {
    summary,
    description,
    errors,
    input: input ?? z.never(),
    output: output ?? z.never(),
    example,
  };
}

/** The same input without the key, and with whom it is by. */
function byBackend({ input, example }: ProcedureDescription) {
  if (!(input instanceof z.ZodObject)) throw new Error('rest: an input that is no object');
  const { idempotencyKey: _, ...asked } = (example.input ?? {}) as Record<string, unknown>;
  return {
    input: input.omit({ idempotencyKey: true }).extend({ by }),
    example: { ...example, input: asked },
  };
}
