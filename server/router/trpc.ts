import { initTRPC, TRPCError } from '@trpc/server';
import { errors, RoomError } from '../../shared/index.ts';
import type { User } from '../auth/user.ts';
import { formatError } from './error-shape.ts';
import { guardedSuperjson } from './guarded-superjson.ts';

/** What the rooms' procedures need of a tRPC context. */
export interface RoomsContext {
  /** Null: nobody has said who he is. */
  readonly user: User | null;
  /** Names the connection that the call came over: one seat per room. */
  readonly connectionId: string;
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
const translated = t.procedure.use(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (!(cause instanceof RoomError)) return result;
  throw new TRPCError({ code: errors[cause.code].trpc, message: cause.message, cause });
});

/** A procedure that only a user with a valid token reaches. */
export function userProcedure(now: () => number) {
  return translated.use(({ ctx, next }) => {
    const { user, connectionId } = ctx;
    if (!user) throw new RoomError('UNAUTHENTICATED');
    // The connection is closed at that moment too; this is for the call that comes in between.
    if (user.expiresAt <= now()) throw new RoomError('TOKEN_EXPIRED');
    return next({ ctx: { caller: { user, connectionId } } });
  });
}
