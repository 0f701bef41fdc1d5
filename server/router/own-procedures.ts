import type { TRPCCreateRouterOptions } from '@trpc/server';
import { ME, RoomError, type Contract } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import type { RoomsInside } from '../server-rooms.ts';
import { StartError } from '../start-error.ts';
import { endingWith } from './own-streams.ts';
import { admit, createRouter, plainProcedure, translated } from './trpc.ts';

/** A team's own procedures beside the rooms': routers and procedures by name. */
export type OwnProcedures = TRPCCreateRouterOptions;

/** None. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- there are no names
export type NoProcedures = Record<never, never>;

/** What a team's own procedures are made with. */
export interface ProcedureParts<R extends Contract> extends Builders {
  /** The server's rooms: `publish`, `notify`, `history`, … As in all code of the server nobody is asked, and no
   *  limit of publishing counts. */
  readonly rooms: RoomsInside<R>;
  /** Puts procedures and routers together under names. */
  readonly router: typeof createRouter;
}

/** What procedures begin with: tRPC's own builders. `ctx` is a `RoomsContext`. Of what they throw a TRPCError
 *  keeps code and message, a RoomError gets those of its row, and the rest is a fault, whose words the log has. */
type Builders = ReturnType<typeof createBuilders>;

/** Makes the builders. */
function createBuilders(clock: Clock) {
  const anybody = plainProcedure.use(async ({ ctx, type, signal, next }) => {
    const result = await next();
    if (!result.ok) {
      const { code, cause } = result.error;
      // With another code it was thrown deliberately, and is the team's own word.
      if (code === 'INTERNAL_SERVER_ERROR' && cause instanceof RoomError) throw translated(cause);
      return result;
    }
    // A socket of ours closes when the token ends, and stops what was asked over it.
    if (type !== 'subscription' || !ctx.user || ctx.socket) return result;
    const left = { clock, ms: ctx.user.expiresAt - clock.now(), signal };
    return { ...result, data: endingWith(result.data, left) };
  });
  const user = anybody.use(({ ctx, next }) => next({ ctx: { user: admit(ctx, clock.now).user } }));
  return {
    /** Begins one that anybody reaches who may connect: `ctx.user` is null for whom has shown no token. */
    anybody,
    /** Begins one that only a user with a valid token reaches: `ctx.user` is he. Others are refused, UNAUTHENTICATED
     *  or TOKEN_EXPIRED. */
    user,
  };
}

/** Makes a team's own procedures, if it has any. @throws StartError where one is named as a room kind is */
export function ownProcedures<R extends Contract, Own extends OwnProcedures>(
  make: ((parts: ProcedureParts<R>) => Own) | undefined,
  { rooms, contract, clock }: { rooms: RoomsInside<R>; contract: Contract; clock: Clock },
): Own {
  // `Own` is `NoProcedures` where none are made.
  if (!make) return {} as Own;
  const own = make({ ...createBuilders(clock), rooms, router: createRouter });
  for (const name of Object.keys(own)) checkName(name, contract);
  return own;
}

function checkName(name: string, contract: Contract): void {
  // A name with a dot in it is a path.
  const [first = ''] = name.split('.', 1);
  if (first !== ME && !Object.hasOwn(contract, first)) return;
  const whose = first === ME ? "users' own streams" : `the room kind ${first}`;
  throw new StartError(`procedures: "${name}" is taken by ${whose}`, {
    advice: 'Give the procedures of your own another name.',
  });
}
