import type { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '../../shared/index.ts';
import { sendProblem } from '../http/reply.ts';
import { formatError } from '../router/error-shape.ts';

/** What an error of a call becomes over REST: the same row and the same words as over tRPC. */
export interface Problem {
  readonly reason: ErrorCode;
  readonly detail: string;
  /** When to try again, in seconds: for what may pass. */
  readonly retryAfterS: number | undefined;
  /** Members beside those that every problem has. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Tells of an error what a client may know. */
export function problemOf(error: TRPCError): Problem {
  const { code, message } = error;
  const shape = formatError(error, {
    message,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: { code, httpStatus: getHTTPStatusCodeFromError(error) },
  });
  const { reason, retryable, issues, retryAfterMs } = shape.data;
  // The error's own word on that stands before its row's.
  const more = {
    retryable,
    ...(issues && { issues }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  const seconds = Math.ceil((retryAfterMs ?? 1_000) / 1_000);
  const mayPass = retryable && (retryAfterMs !== undefined || UNAVAILABLE.has(reason));
  return { reason, detail: shape.message, retryAfterS: mayPass ? seconds : undefined, more };
}

// Over in a moment, as a rule.
const UNAVAILABLE = new Set<ErrorCode>([
  'LOG_UNAVAILABLE',
  'AUTHORIZE_TIMEOUT',
  'RESTARTING',
  'SLOW_CONSUMER',
]);

/** Answers with a problem. */
export function answerProblem(res: ServerResponse, problem: Problem): void {
  const { reason, detail, retryAfterS, more } = problem;
  if (retryAfterS !== undefined) res.setHeader('retry-after', String(retryAfterS));
  if (reason === 'UNAUTHENTICATED' || reason.startsWith('TOKEN_')) {
    res.setHeader('www-authenticate', 'Bearer');
  }
  // What was not read stands where the next request is looked for.
  if (reason === 'TOO_LARGE') res.setHeader('connection', 'close');
  sendProblem(res, reason, detail, more);
}
