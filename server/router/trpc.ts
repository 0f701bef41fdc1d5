import { initTRPC, TRPCError, type TRPCProcedureType } from '@trpc/server';
import { ZodError, type z } from 'zod';
import { errors, RoomError } from '../../shared/index.ts';
import type { User } from '../auth/user.ts';
import { DIRECT, type DirectCall } from '../direct.ts';
import type { Caller, CallerSocket } from '../rooms/gate.ts';
import { formatError } from './error-shape.ts';
import { guardedSuperjson } from './guarded-superjson.ts';

/** What the rooms' procedures need of a tRPC context. */
export interface RoomsContext {
  /** Null: nobody has said who he is. */
  readonly user: User | null;
  /** Names the connection that the call came over: one seat per room. */
  readonly connectionId: string;
  /** The client's own word for itself, the same on every connection that it makes. Unset: it has none, and
   *  each connection takes a seat of its own (PRE2). */
  readonly sessionId?: string | undefined;
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
  errorFormatter: formatError,
});

/** Makes the router of the ready server. */
export const createRouter = t.router;

/** Begins a procedure that asks for nothing. */
export const plainProcedure = t.procedure;

/** Turns the rooms' own errors into tRPC's, with the code that the table gives. */
export function translated(cause: RoomError): TRPCError {
  return new TRPCError({ code: errors[cause.code].trpc, message: cause.message, cause });
}

/** A procedure of rooms: what it takes, and what it does for a user with a valid token. */
export interface UserCall<Schema extends z.ZodType, Output> {
  readonly type: TRPCProcedureType;
  readonly input: Schema;
  /** May its answer, or the work for it, be large? Few of them are begun at once for a connection. */
  readonly isLarge?: boolean;
  run(caller: Caller, input: z.output<Schema>, signal?: () => AbortSignal): Promise<Output>;
}

/** Makes the tRPC procedure of a call that only a user with a valid token reaches. It offers the direct path
 *  too (TRN2): the same two checks in the same order, without the copies that each link of tRPC's chain makes.
 *  The schema must be synchronous (CON3). */
export function userCall<Schema extends z.ZodType, Output>(
  now: () => number,
  { type, input, isLarge = false, run }: UserCall<Schema, Output>,
) {
  const chain = userProcedure(now).input(forChain(input));
  const resolve = (opts: {
    ctx: RoomsContext;
    input: z.output<Schema>;
    signal?: AbortSignal | undefined;
  }) => {
    const { signal } = opts;
    return run(callerOf(opts.ctx), opts.input, signal && (() => signal));
  };
  const direct: DirectCall = {
    type,
    isLarge,
    call: async (ctx, raw, signal) => {
      try {
        // The context of a router that rooms are mounted in is what `RoomsContext` asks for.
        const caller = admit(ctx as RoomsContext, now);
        return await run(caller, taken(input, raw), signal);
      } catch (error) {
        throw error instanceof RoomError ? translated(error) : error;
      }
    },
  };
  // What tRPC types the three by is said by `RoomProcedures`.
  const build = chain[type] as (resolver: typeof resolve) => object;
  return Object.assign(build(resolve), { [DIRECT]: direct });
}

function taken<Schema extends z.ZodType>(schema: Schema, raw: unknown): z.output<Schema> {
  try {
    return schema.parse(raw);
  } catch (error) {
    const cause = failureOf(error, raw);
    throw cause instanceof ZodError ? new TRPCError({ code: 'BAD_REQUEST', cause }) : cause;
  }
}

/** The schema, but that it tells who has failed. tRPC's chain takes whatever a parser throws for the caller's doing,
 *  as it does a message that cannot be read; what is a RoomError it leaves to `userProcedure`. */
function forChain<Schema extends z.ZodType>(schema: Schema): Schema {
  const parse = (raw: unknown): z.output<Schema> => {
    try {
      return schema.parse(raw);
    } catch (error) {
      throw failureOf(error, raw);
    }
  };
  // Whoever reads what a procedure takes finds the schema that it is.
  const told = Object.create(schema) as Schema;
  return Object.assign(told, { parse, parseAsync: async (raw: unknown) => parse(raw) });
}

/** Why a schema has not taken an input. A ZodError is what it says of the input; whatever else it throws is no word on
 *  that, but a fault of the contract (CON3). */
function failureOf(error: unknown, raw: unknown): ZodError | RoomError {
  if (isEncoded(raw)) return notDecoded();
  if (error instanceof ZodError || error instanceof RoomError) return error;
  const message = 'a schema of the contract has thrown, or is not synchronous';
  return new RoomError('INTERNAL', message, { cause: error });
}

/** Is this what superjson writes? A router without it hands inputs on as they came, and no procedure of ours
 *  takes one of this form. */
function isEncoded(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null || !Object.hasOwn(raw, 'json')) return false;
  return Object.keys(raw).every((key) => key === 'json' || key === 'meta');
}

function notDecoded(): RoomError {
  const message =
    'the input is superjson that nobody has decoded: the router that rooms are mounted in needs ' +
    '`initTRPC.create({ transformer: superjson })`';
  return new RoomError('BAD_INPUT', message);
}

/** A procedure that only a user with a valid token reaches, as one middleware. */
export function userProcedure(now: () => number) {
  return t.procedure.use(async ({ ctx, next }) => {
    try {
      admit(ctx, now);
    } catch (error) {
      throw error instanceof RoomError ? translated(error) : error;
    }
    const result = await next();
    if (result.ok || !(result.error.cause instanceof RoomError)) return result;
    throw translated(result.error.cause);
  });
}

/** Who calls, if his token counts. @throws RoomError UNAUTHENTICATED, TOKEN_EXPIRED */
export function admit(ctx: RoomsContext, now: () => number): Caller {
  const caller = callerOf(ctx);
  // The connection is closed at that moment too; this is for the call that comes in between.
  if (caller.user.expiresAt <= now()) throw new RoomError('TOKEN_EXPIRED');
  return caller;
}

function callerOf({ user, connectionId, sessionId, socket }: RoomsContext): Caller {
  if (!user) throw new RoomError('UNAUTHENTICATED');
  return { user, connectionId, sessionId, socket };
}
