import { initTRPC, TRPCError } from '@trpc/server';
import { errors, RoomError } from '../../shared/index.ts';
import type { User } from '../auth/user.ts';
import type { Caller, CallerSocket } from '../rooms/gate.ts';
import { formatError } from './error-shape.ts';
import { guardedSuperjson } from './guarded-superjson.ts';

/** What the rooms' procedures need of a tRPC context. */
export interface RoomsContext {
  /** Null: nobody has said who he is. */
  readonly user: User | null;
  /** Names the connection that the call came over: one seat per room. */
  readonly connectionId: string;
  /** The WebSocket of the connection, where it closes at the end of the user's token and stops what was
   *  subscribed over it, as the ready server's do. Unset, and over HTTP: rooms see to both. */
  readonly socket?: CallerSocket;
}

const t = initTRPC.context<RoomsContext>().create({
  transformer: guardedSuperjson,
  // Stacks and file paths are for the log, never for a client.
  isDev: false,
  // Proxies cut streams that are silent; a reader that hears nothing for long comes back by itself.
  sse: {
    ping: { enabled: true, intervalMs: 15_000 },
    client: { reconnectAfterInactivityMs: 40_000 },
  },
  errorFormatter: ({ error, shape }) => formatError(error, shape),
});

/** Makes the router of the ready server. */
export const createRouter = t.router;

/** Turns the rooms' own errors into tRPC's, with the code that the table gives. */
function translated(cause: RoomError): TRPCError {
  return new TRPCError({ code: errors[cause.code].trpc, message: cause.message, cause });
}

/** A procedure that only a user with a valid token reaches. One middleware does it all, because each
 *  costs every call some copies: what comes after it knows that `ctx.user` is there. */
export function userProcedure(now: () => number) {
  return t.procedure.use(async ({ ctx, next }) => {
    const { user } = ctx;
    if (!user) throw translated(new RoomError('UNAUTHENTICATED'));
    // The connection is closed at that moment too; this is for the call that comes in between.
    if (user.expiresAt <= now()) throw translated(new RoomError('TOKEN_EXPIRED'));
    const result = await next();
    if (!result.ok && result.error.cause instanceof RoomError) {
      throw translated(result.error.cause);
    }
    return result;
  });
}

/** Who calls, behind `userProcedure`. @throws RoomError UNAUTHENTICATED anywhere else */
export function callerOf({ user, connectionId, socket }: RoomsContext): Caller {
  if (!user) throw new RoomError('UNAUTHENTICATED');
  return { user, connectionId, socket };
}
