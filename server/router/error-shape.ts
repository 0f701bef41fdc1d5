import type { TRPCDefaultErrorShape, TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { randomBytes } from 'node:crypto';
import { ZodError } from 'zod';
import { errors, RoomError, type ErrorCode, type ErrorData } from '../../shared/index.ts';
import { issuesOf, sentenceOf } from '../bad-input.ts';

/** An error reply: tRPC's shape, and in `data` the row of our table. */
export type ErrorShape = TRPCDefaultErrorShape & { data: ErrorData };

const faultIds = new WeakMap<TRPCError, string>();

/** Names a fault in the log and in the reply, so that the two can be brought together. */
export function faultId(error: TRPCError): string {
  const id = faultIds.get(error) ?? randomBytes(6).toString('hex');
  faultIds.set(error, id);
  return id;
}

/** The row of the table whose advice an error is answered with. What tRPC refuses by itself, before any procedure is
 *  called, keeps a code and a status of its own, which stock clients know (TRN1). So does what a procedure of the host's
 *  own throws: of it the table knows nothing but that it was refused. */
export function errorCodeOf(error: TRPCError): ErrorCode {
  if (error.cause instanceof RoomError) return error.cause.code;
  switch (error.code) {
    case 'PARSE_ERROR':
    case 'BAD_REQUEST':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'UNPROCESSABLE_CONTENT':
      return 'BAD_INPUT';
    case 'NOT_FOUND':
      return NO_PROCEDURE.test(error.message) ? 'NO_SUCH_PROCEDURE' : 'REFUSED';
    // Over HTTP: a query that was sent as a mutation, or the other way; a WebSocket says NOT_FOUND of that.
    case 'METHOD_NOT_SUPPORTED':
      return 'NO_SUCH_PROCEDURE';
    case 'PAYLOAD_TOO_LARGE':
      return 'TOO_LARGE';
    case 'UNAUTHORIZED':
      return 'UNAUTHENTICATED';
    case 'FORBIDDEN':
      return 'FORBIDDEN';
    case 'TOO_MANY_REQUESTS':
      return 'TOO_MANY';
    case 'SERVICE_UNAVAILABLE':
      return 'RESTARTING';
    // These pass, and are nobody's decision.
    case 'INTERNAL_SERVER_ERROR':
    case 'BAD_GATEWAY':
    case 'GATEWAY_TIMEOUT':
    case 'TIMEOUT':
    case 'CLIENT_CLOSED_REQUEST':
      return 'INTERNAL';
    default:
      return 'REFUSED';
  }
}

// How tRPC says that there is none, which a host's own "not found" does not.
const NO_PROCEDURE = /^No (?:procedure found|"\w+"-procedure) on path /;

/** What tRPC hands to an `errorFormatter`, as far as it is needed here. */
interface Failure {
  readonly error: TRPCError;
  readonly shape: TRPCDefaultErrorShape;
}

/** What a client learns of an error: nothing of the server's insides. An `errorFormatter` of tRPC as it is:
 *  `initTRPC.create({ errorFormatter: formatError })`. */
export function formatError(error: TRPCError, shape: TRPCDefaultErrorShape): ErrorShape;
// The last one is what tRPC infers the shape of its errors from.
export function formatError(failure: Failure): ErrorShape;
export function formatError(
  ...given: [failure: Failure] | [error: TRPCError, shape: TRPCDefaultErrorShape]
): ErrorShape {
  const [error, shape] = given.length === 1 ? [given[0].error, given[0].shape] : given;
  const reason = errorCodeOf(error);
  const { advice, trpc, http, ...row } = errors[reason];
  const { stack: _, ...data } = shape.data;
  // Of a fault they would be about the server's own data.
  const wrong = reason === 'BAD_INPUT' ? zodErrorOf(error.cause) : undefined;
  const issues = wrong && issuesOf(wrong);
  const ours = error.cause instanceof RoomError ? error.cause : undefined;
  const { retryable } = ours ?? row;
  const retryAfterMs = ours?.retryAfterMs;
  // One that was thrown by a stream has not passed the middleware that gives it its code.
  const own = ours
    ? { code: TRPC_ERROR_CODES_BY_KEY[trpc], data: { code: trpc, httpStatus: http } }
    : { code: shape.code, data: {} };
  return {
    code: own.code,
    message: messageOf(error, reason, issues),
    data: {
      ...data,
      ...own.data,
      reason,
      retryable,
      advice,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(issues ? { issues } : {}),
    },
  };
}

/** What is wrong with an input: also where only the rooms could tell which schema it has to meet. */
function zodErrorOf(cause: unknown): ZodError | undefined {
  if (cause instanceof RoomError && cause.code === 'BAD_INPUT') return zodErrorOf(cause.cause);
  return cause instanceof ZodError ? cause : undefined;
}

function messageOf(error: TRPCError, reason: ErrorCode, issues: ErrorData['issues']): string {
  // Whatever is thrown has this code of tRPC's; one with another code was thrown by a host to be read.
  if (reason === 'INTERNAL' && error.code === 'INTERNAL_SERVER_ERROR') {
    return `internal error (fault ${faultId(error)})`;
  }
  if (!issues)
    return reason === 'BAD_INPUT' && isForeign(error)
      ? 'the message cannot be read'
      : error.message;
  return sentenceOf(issues);
}

/** Does it speak in the words of what caused it? What a parser says of what it met shows how the server is made;
 *  words beside a cause are those of whoever threw both. */
function isForeign({ cause, message }: TRPCError): boolean {
  return cause !== undefined && !(cause instanceof RoomError) && cause.message === message;
}
