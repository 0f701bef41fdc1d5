import { TRPCClientError } from '@trpc/client';
import { isErrorCode } from '../shared/errors.ts';
import { RoomError, type ErrorCode, type InputIssue, type TRPCCode } from '../shared/index.ts';
import { isRecord } from './record.ts';

/** Does it come of a call to the server, and not of an app's own code? */
export function isOwnError(error: unknown): boolean {
  return error instanceof RoomError || error instanceof TRPCClientError;
}

/** What a failed call means, in the words of the table. A call whose connection went away before the
 *  answer is DISCONNECTED: it may have been done. */
export function toRoomError(error: unknown): RoomError {
  if (error instanceof RoomError) return error;
  if (!(error instanceof TRPCClientError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new RoomError('INTERNAL', message, { cause: error });
  }
  // Our own link says by itself what went wrong.
  if (error.cause instanceof RoomError) return error.cause;
  const data: unknown = error.data;
  const reason = isRecord(data) ? data['reason'] : undefined;
  if (isRecord(data) && isErrorCode(reason)) {
    const [retryAfterMs, issues] = [timeOf(data['retryAfterMs']), issuesOf(data['issues'])];
    // Where it is final the server may say so of any.
    const retryable = data['retryable'] === false ? false : undefined;
    return new RoomError(reason, error.message, { cause: error, retryAfterMs, issues, retryable });
  }
  // A reply always carries data; without any there was no reply.
  if (!isRecord(data)) return new RoomError('DISCONNECTED', undefined, { cause: error });
  return new RoomError(byTrpcCode(data['code']), error.message, { cause: error });
}

// Several rows share a code of tRPC's: this is the one that claims the least.
const GENERAL: Readonly<Record<TRPCCode, ErrorCode>> = {
  BAD_REQUEST: 'BAD_INPUT',
  UNAUTHORIZED: 'UNAUTHENTICATED',
  FORBIDDEN: 'FORBIDDEN',
  NOT_FOUND: 'NO_SUCH_PROCEDURE',
  CONFLICT: 'CONFLICT',
  PAYLOAD_TOO_LARGE: 'TOO_LARGE',
  TOO_MANY_REQUESTS: 'TOO_MANY',
  INTERNAL_SERVER_ERROR: 'INTERNAL',
  SERVICE_UNAVAILABLE: 'RESTARTING',
};

function byTrpcCode(code: unknown): ErrorCode {
  const known = typeof code === 'string' && Object.hasOwn(GENERAL, code);
  return known ? GENERAL[code as TRPCCode] : 'INTERNAL';
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value < Infinity ? value : undefined;
}

function issuesOf(value: unknown): InputIssue[] | undefined {
  return Array.isArray(value) ? value.filter(isIssue) : undefined;
}

function isIssue(value: unknown): value is InputIssue {
  return (
    isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
  );
}
