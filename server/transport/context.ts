import { TRPCError } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WebSocket } from 'ws';
import { errors, isSessionId, RoomError, SESSION_ID_FORM } from '../../shared/index.ts';
import type { Close } from './ws/connection.ts';
import type { User } from '../auth/user.ts';
import type { Clock } from '../clock.ts';
import type { RoomsContext } from '../router/trpc.ts';
import type { Identify } from './identify.ts';

/** What contexts are made with. */
export interface ContextOptions {
  readonly identify: Identify;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** The token of a request: from connectionParams, or from `Authorization: Bearer`. */
export function tokenOf(
  req: IncomingMessage,
  params: TRPCRequestInfo['connectionParams'],
): string | undefined {
  if (params?.['token'] !== undefined) return params['token'];
  return bearerOf(req);
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(req: IncomingMessage): string | undefined {
  const match = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '');
  return match?.[1];
}

/** What a client calls itself, from connectionParams. @throws TRPCError BAD_REQUEST */
function sessionOf(params: TRPCRequestInfo['connectionParams']): string | undefined {
  const id = params?.['sessionId'];
  if (id === undefined || isSessionId(id)) return id;
  throw new TRPCError({
    code: 'BAD_REQUEST',
    message: SESSION_ID_FORM,
    cause: new RoomError('BAD_INPUT', SESSION_ID_FORM),
  });
}

/** Makes the context of an HTTP call. Without a token the caller is nobody, and each procedure says
 *  what it thinks of that. @throws TRPCError UNAUTHORIZED for a token that is refused */
export function createHttpContext({ identify, newId }: ContextOptions) {
  return async (options: { req: IncomingMessage; res: ServerResponse; info: TRPCRequestInfo }) => {
    const { req, res, info } = options;
    const token = tokenOf(req, info.connectionParams);
    const sessionId = sessionOf(info.connectionParams);
    const user = token === undefined ? null : await translate(identify(token, res));
    return { user, connectionId: newId(), sessionId } satisfies RoomsContext;
  };
}

/** Hears how far a connection has come with saying who it is. */
export interface Authenticating {
  /** It has shown a token, which is being checked. */
  onToken(socket: WebSocket): void;
  /** It has said who it is. */
  onUser(socket: WebSocket, user: User): void;
}

/** Makes the context of a WebSocket, once per connection.
 *  @throws TRPCError for what `closeOf` has a close code */
export function createSocketContext(
  { identify, newId }: ContextOptions,
  { onToken, onUser }: Authenticating,
) {
  return async (options: { req: IncomingMessage; res: WebSocket; info: TRPCRequestInfo }) => {
    const { req, res: socket, info } = options;
    const token = tokenOf(req, info.connectionParams);
    if (token === undefined) return { user: null, connectionId: newId() } satisfies RoomsContext;
    const sessionId = sessionOf(info.connectionParams);
    onToken(socket);
    const user = await translate(identify(token, socket));
    // It may have gone while its token was checked.
    if (socket.readyState !== socket.CLOSED) onUser(socket, user);
    return { user, connectionId: newId(), sessionId, socket } satisfies RoomsContext;
  };
}

// 1008: the same parameters would be refused again, so the client stops.
const REFUSED_FOR_GOOD = 1008;

/** How a WebSocket is closed whose context cannot be made: as the table of errors says, 4401 for an expired token
 *  for instance; 1008 where the parameters themselves are wrong. */
export function closeOf({ code, message, cause }: TRPCError): Close | undefined {
  const row = cause instanceof RoomError ? errors[cause.code] : undefined;
  if (row && 'close' in row) return { code: row.close, reason: closeReason(message) };
  const isTheirs = code === 'BAD_REQUEST' || code === 'PARSE_ERROR';
  return isTheirs ? { code: REFUSED_FOR_GOOD, reason: closeReason(message) } : undefined;
}

/** A close frame carries at most 123 bytes of reason. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text).subarray(0, 123);
  return bytes.toString('utf8').replace(/\uFFFD+$/, '');
}

async function translate(verifying: Promise<User>): Promise<User> {
  try {
    return await verifying;
  } catch (error) {
    if (!(error instanceof RoomError)) throw error;
    const { message } = error;
    throw new TRPCError({ code: errors[error.code].trpc, message, cause: error });
  }
}
