import { z } from 'zod';
import { roomId } from '../../shared/procedures.ts';
import { ack, done } from '../description/answers.ts';
import type { KindDescription } from '../description/describe.ts';
import { ACK } from '../description/procedure.ts';
import { KEY, ROOM } from '../description/samples.ts';
import { anyEvent, event, firstOf } from './event-input.ts';
import type { Operation, ServerCall } from './operation.ts';
import { given, operation, serverCall } from './server-call.ts';

/** What backends with a server key do with users. `me`: what private streams carry. */
export function userOperations(me: KindDescription | undefined): Operation[] {
  return [
    ...(me ? [operation('POST', '/api/users/{user}/notify', notify(me))] : []),
    operation('GET', '/api/users/{user}/online', online),
    operation('POST', '/api/users/{user}/revoke', revoke),
    operation('POST', '/api/users/{user}/sign-out', signOut),
  ];
}

function notify(description: KindDescription): ServerCall {
  const call = {
    summary: 'Notify a user',
    description:
      'Publishes an event into the private stream of a user: it reaches all his devices, or waits for them.',
    errors: ['CONFLICT', 'RESTARTING'] as const,
    input: anyEvent(description, { user: roomId }),
    output: ack,
    example: {
      input: { user: 'bob', ...firstOf(description), idempotencyKey: KEY },
      output: ACK,
    },
  };
  const envelope = z.strictObject({ user: roomId, ...event });
  return serverCall(envelope, call, (rooms, { user, type, data, ...options }) =>
    // The contract's own schema decides what a type is and what its data may be.
    rooms.notify(user, type as never, data as never, given(options)),
  );
}

const onlineInput = z.strictObject({ user: roomId });

const online = serverCall(
  onlineInput,
  {
    summary: 'Is a user online?',
    description:
      'Does a connection of his follow his own stream, so that what he is notified of reaches him now? One that broke ' +
      'counts for 15 s longer.',
    errors: [],
    input: onlineInput,
    output: z.object({ user: z.string(), online: z.boolean() }),
    example: { input: { user: 'bob' }, output: { user: 'bob', online: true } },
  },
  async (rooms, { user }) => ({ user, online: await rooms.isOnline(user) }),
);

const revokeInput = z.strictObject({ user: roomId, kind: z.string(), room: roomId });

const revoke = serverCall(
  revokeInput,
  {
    summary: 'End a user’s streams of a room',
    description:
      'Ends the streams that a user has of a room, on all nodes within a second: for a policy that lets him in no longer. ' +
      'Whether he may come back is its decision.',
    errors: [],
    input: revokeInput,
    output: done,
    example: { input: { user: 'bob', kind: 'chat', room: ROOM }, output: { room: ROOM } },
  },
  async (rooms, { user, kind, room }) => {
    await rooms.revoke({ kind, room, user });
    return { room };
  },
);

const signOutInput = z.strictObject({ user: roomId, issuedBefore: z.date().optional() });

const signOut = serverCall(
  signOutInput,
  {
    summary: 'Sign a user out everywhere',
    description:
      'His tokens that were issued before `issuedBefore` (default: now) count no more, nor do those that have no `iat`, and ' +
      'what he reached by them ends, on all nodes within a second. The answer comes when tokens count that are issued ' +
      'after it.',
    errors: [],
    input: signOutInput,
    output: z.object({ user: z.string() }),
    example: { input: { user: 'bob' }, output: { user: 'bob' } },
  },
  async (rooms, { user, issuedBefore }) => {
    await rooms.signOut(user, given({ issuedBefore }));
    return { user };
  },
);
