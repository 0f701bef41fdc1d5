import { TRPCClientError } from '@trpc/client';
import { describe, expect, it } from 'vitest';
import { toRoomError } from '../../client/call-error.ts';
import * as client from '../../client/index.ts';
import { errors, RoomError, type ErrorCode } from '../../shared/index.ts';

const codes = Object.keys(errors) as ErrorCode[];

/** What stock tRPC throws when a server replies with this. */
const reply = (data: object, message = 'words of the server') =>
  TRPCClientError.from({ error: { message, code: -32603, data } });

describe('toRoomError', () => {
  it.each(codes)('reads %s from the reply of a rooms server', (reason) => {
    const error = toRoomError(reply({ reason, code: errors[reason].trpc }));
    expect(error).toBeInstanceOf(RoomError);
    expect(error).toMatchObject({ code: reason, message: 'words of the server' });
    expect(error.retryable).toBe(errors[reason].retryable);
  });

  it('gives errors of a class that the client exports as well', () => {
    expect(toRoomError(new Error('x'))).toBeInstanceOf(client.RoomError);
  });

  it('takes a call without an answer for one that may have been done', () => {
    const cut = TRPCClientError.from(new Error('WebSocket closed'));
    expect(toRoomError(cut)).toMatchObject({ code: 'DISCONNECTED', retryable: true, cause: cut });
  });

  it.each<[string, ErrorCode]>([
    ['BAD_REQUEST', 'BAD_INPUT'],
    ['UNAUTHORIZED', 'UNAUTHENTICATED'],
    ['FORBIDDEN', 'FORBIDDEN'],
    ['NOT_FOUND', 'NO_SUCH_PROCEDURE'],
    ['CONFLICT', 'CONFLICT'],
    ['PAYLOAD_TOO_LARGE', 'TOO_LARGE'],
    ['TOO_MANY_REQUESTS', 'TOO_MANY'],
    ['INTERNAL_SERVER_ERROR', 'INTERNAL'],
    ['SERVICE_UNAVAILABLE', 'RESTARTING'],
    ['TEAPOT', 'INTERNAL'],
  ])('reads the plain tRPC code %s of a server without our formatter as %s', (code, expected) => {
    expect(toRoomError(reply({ code }))).toMatchObject({ code: expected });
  });

  it.each(['toString', '__proto__', 'NOPE', 5, null])(
    'does not believe the reason %j',
    (reason) => {
      expect(toRoomError(reply({ reason, code: 'FORBIDDEN' })).code).toBe('FORBIDDEN');
    },
  );

  it('keeps what our own link says of a call without an answer', () => {
    const error = new RoomError('TOO_LARGE');
    expect(toRoomError(TRPCClientError.from(error))).toBe(error);
  });

  it('carries what is wrong with an input, field by field', () => {
    const issues = [{ path: 'text', message: 'too long' }];
    const error = toRoomError(
      reply({ reason: 'BAD_INPUT', issues: [...issues, { path: 5 }, null] }),
    );
    expect(error.issues).toEqual(issues);
    expect(toRoomError(reply({ reason: 'BAD_INPUT', issues: 'none' })).issues).toBeUndefined();
  });

  it.each([
    [1_500, 1_500],
    [0, 0],
    [-1, undefined],
    [Number.NaN, undefined],
    ['soon', undefined],
  ])('carries the time after which to try again: %j', (retryAfterMs, expected) => {
    const error = toRoomError(reply({ reason: 'TOO_MANY', retryAfterMs }));
    expect(error.retryAfterMs).toBe(expected);
  });

  it.each([
    ['LOG_UNAVAILABLE', false, false],
    ['LOG_UNAVAILABLE', 'no', true],
    ['FORBIDDEN', true, false],
  ])('believes that %s is final, and not that it passes: %j', (reason, retryable, expected) => {
    expect(toRoomError(reply({ reason, retryable })).retryable).toBe(expected);
  });

  it('gives back an error that is one already', () => {
    const error = new RoomError('CONFLICT');
    expect(toRoomError(error)).toBe(error);
  });

  it.each([new TypeError('a bug'), 'a bug', undefined, null])(
    'keeps what else is thrown: %s',
    (thrown) => {
      const error = toRoomError(thrown);
      expect(error).toMatchObject({ code: 'INTERNAL', cause: thrown });
    },
  );
});
