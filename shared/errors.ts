/** What tRPC calls an error: the codes of `TRPCError` that rooms use. */
export type TRPCCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL_SERVER_ERROR'
  | 'SERVICE_UNAVAILABLE';

interface ErrorRow {
  readonly trpc: TRPCCode;
  readonly http: number;
  /** The close code where the error ends the connection. Unset: the connection stays. */
  readonly close?: number;
  /** May the same call succeed later, unchanged? */
  readonly retryable: boolean;
  /** One sentence on what to do. */
  readonly advice: string;
}

/** The one table of errors (design: errors and close codes). Docs, replies, close codes and the
 *  client's reconnect rule are made from it. */
export const errors = {
  BAD_INPUT: {
    trpc: 'BAD_REQUEST',
    http: 400,
    retryable: false,
    advice:
      'Correct what was sent; the reply says what is wrong, field by field in `issues` where it can.',
  },
  STALE_POSITION: {
    trpc: 'BAD_REQUEST',
    http: 400,
    retryable: false,
    advice: 'The log has begun a new epoch; drop this position and load again.',
  },
  NO_SUCH_EVENT: {
    trpc: 'NOT_FOUND',
    http: 404,
    retryable: false,
    advice: 'Nothing that this can be done to stands at this position, or it is no longer kept.',
  },
  EVENT_REMOVED: {
    trpc: 'NOT_FOUND',
    http: 404,
    retryable: false,
    advice: 'The event was removed; nothing can be done to it.',
  },
  STALE_VERSION: {
    trpc: 'CONFLICT',
    http: 409,
    retryable: false,
    advice: 'The event or room was changed meanwhile; look at it and decide again.',
  },
  NO_SUCH_PROCEDURE: {
    trpc: 'NOT_FOUND',
    http: 404,
    retryable: false,
    advice: 'Check path and type (query, mutation, …) against the contract of the server.',
  },
  UNAUTHENTICATED: {
    trpc: 'UNAUTHORIZED',
    http: 401,
    retryable: false,
    advice: 'Send a token in connectionParams { token } or as Authorization: Bearer.',
  },
  TOKEN_REFUSED: {
    trpc: 'UNAUTHORIZED',
    http: 401,
    close: 1008,
    retryable: false,
    advice: 'The token is not valid here; get one from the place that this server trusts.',
  },
  TOKEN_EXPIRED: {
    trpc: 'UNAUTHORIZED',
    http: 401,
    close: 4401,
    retryable: false,
    advice: 'Fetch a new token and come back with it.',
  },
  AUTH_TIMEOUT: {
    trpc: 'UNAUTHORIZED',
    http: 401,
    close: 4408,
    retryable: true,
    advice: 'Authenticate within 10 s of connecting.',
  },
  FORBIDDEN: {
    trpc: 'FORBIDDEN',
    http: 403,
    retryable: false,
    advice: 'This user may not do this in this room; ask whoever runs the room.',
  },
  NOT_PRESENT: {
    trpc: 'CONFLICT',
    http: 409,
    retryable: true,
    advice: 'Follow the room over this connection first: this is for those who are there.',
  },
  AUTHORIZE_TIMEOUT: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    retryable: true,
    advice: 'The policy of this server did not answer in time; try again.',
  },
  CONFLICT: {
    trpc: 'CONFLICT',
    http: 409,
    retryable: false,
    advice: 'This idempotency key was used for other data; make a new key for new data.',
  },
  NO_SUCH_ROOM: {
    trpc: 'NOT_FOUND',
    http: 404,
    retryable: false,
    advice: 'Nobody has made a room of this id, or it was closed; make one first.',
  },
  ROOM_TAKEN: {
    trpc: 'CONFLICT',
    http: 409,
    retryable: false,
    advice:
      'A room of this id is there or was there; choose another id, or leave it to the server.',
  },
  LIMIT_REACHED: {
    trpc: 'FORBIDDEN',
    http: 403,
    retryable: false,
    advice: 'There are as many of these as are allowed; take some away first.',
  },
  REFUSED: {
    trpc: 'CONFLICT',
    http: 409,
    retryable: false,
    advice: 'The procedure refused this call; its message says why.',
  },
  TOO_LARGE: {
    trpc: 'PAYLOAD_TOO_LARGE',
    http: 413,
    close: 1009,
    retryable: false,
    advice: 'Send less in one message.',
  },
  TOO_MANY: {
    trpc: 'TOO_MANY_REQUESTS',
    http: 429,
    close: 4429,
    retryable: true,
    advice: 'Slow down and try again later.',
  },
  SLOW_CONSUMER: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    close: 4409,
    retryable: true,
    advice: 'Read faster or follow less; reconnecting resumes where the reader stood.',
  },
  TOO_MANY_CONNECTIONS: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    close: 1013,
    retryable: true,
    advice: 'The server is full; come back after the time in Retry-After.',
  },
  RESTARTING: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    close: 1012,
    retryable: true,
    advice: 'The server is going down for a restart; come back and resume.',
  },
  DISCONNECTED: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    retryable: true,
    advice:
      'The connection ended before the answer came; the same idempotency key finds out what happened.',
  },
  LOG_UNAVAILABLE: {
    trpc: 'SERVICE_UNAVAILABLE',
    http: 503,
    retryable: true,
    advice: 'Nothing was acknowledged; send again with the same idempotency key.',
  },
  LOG_DAMAGED: {
    trpc: 'INTERNAL_SERVER_ERROR',
    http: 500,
    retryable: false,
    advice: 'What is stored does not match its checksums; the operator must restore a backup.',
  },
  INTERNAL: {
    trpc: 'INTERNAL_SERVER_ERROR',
    http: 500,
    close: 1011,
    retryable: true,
    advice: 'A fault of the server; its log has the details under the fault id of the message.',
  },
} as const satisfies Readonly<Record<string, ErrorRow>>;

/** A row of the table of errors. */
export type ErrorCode = keyof typeof errors;

/** Is it the code of a row? */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errors, value);
}

/** One thing that is wrong with an input. */
export interface InputIssue {
  /** Where, by names and places with dots between; '': the whole of it. */
  readonly path: string;
  readonly message: string;
}

/** What a RoomError may be made with. */
export interface RoomErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly issues?: readonly InputIssue[] | undefined;
  /** Default: what the row says. False: here it is final. */
  readonly retryable?: boolean | undefined;
}

/** An expected failure: denied, refused, unavailable. Anything else thrown is a fault. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly code: ErrorCode;
  /** May the same call succeed later, unchanged? */
  readonly retryable: boolean;
  /** When to try again, in milliseconds from now, where the one who refused has said so. */
  readonly retryAfterMs: number | undefined;
  /** With BAD_INPUT, what is wrong, field by field, where the one who refused has said so. */
  readonly issues: readonly InputIssue[] | undefined;

  constructor(code: ErrorCode, message?: string, options: RoomErrorOptions = {}) {
    super(message ?? errors[code].advice, 'cause' in options ? { cause: options.cause } : {});
    this.code = code;
    this.retryable = options.retryable ?? errors[code].retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.issues = options.issues;
  }
}

/** What stands in `error.data` of a tRPC error reply, beside tRPC's own `code` and `httpStatus`. */
export interface ErrorData {
  readonly reason: ErrorCode;
  readonly retryable: boolean;
  readonly advice: string;
  /** With TOO_MANY: when the same call may pass, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** With BAD_INPUT, where an input does not meet its schema: what is wrong, field by field. */
  readonly issues?: readonly InputIssue[];
}
