import type {
  TRPCBuiltRouter,
  TRPCCreateRouterOptions,
  TRPCDecorateCreateRouterOptions,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';
import type {
  Contract,
  ErrorData,
  MeOf,
  MeProcedures,
  Procedure,
  ProceduresOf,
  RoomKind,
} from '../shared/index.ts';

type Built<P> =
  P extends Procedure<'query', infer Input, infer Output>
    ? TRPCQueryProcedure<{ input: Input; output: Output; meta: unknown }>
    : P extends Procedure<'mutation', infer Input, infer Output>
      ? TRPCMutationProcedure<{ input: Input; output: Output; meta: unknown }>
      : P extends Procedure<'subscription', infer Input, infer Yield>
        ? TRPCSubscriptionProcedure<{
            input: Input;
            // What clients see of tracked envelopes.
            output: AsyncIterable<{ id: string; data: Yield }, void>;
            meta: unknown;
          }>
        : never;

/** The tRPC procedures of one room kind, as a client sees them. */
export type RoomProcedures<K extends RoomKind> = {
  [P in keyof ProceduresOf<K>]: Built<ProceduresOf<K>[P]>;
};

/** The tRPC procedures of users' own streams, as a client sees them. */
export type MyProcedures<K extends RoomKind> = {
  [P in keyof MeProcedures<K>]: Built<MeProcedures<K>[P]>;
};

/** Procedures of a server's own beside its rooms': the type of what its `procedures` makes. */
export type OwnProcedures = TRPCCreateRouterOptions;

/** None. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- there are no names
export type NoProcedures = Record<never, never>;

/** The router of the ready server, from the contract alone: nothing of the server is imported. `Own`: what it has
 *  beside, of which a type is. */
export type RoomsRouter<
  R extends Contract,
  Own extends OwnProcedures = NoProcedures,
> = TRPCBuiltRouter<
  {
    ctx: object;
    meta: object;
    errorShape: TRPCDefaultErrorShape & { data: ErrorData };
    transformer: true;
  },
  { [P in Exclude<keyof R, 'me'>]: RoomProcedures<R[P]> } & {
    me: MyProcedures<MeOf<R>>;
  } & TRPCDecorateCreateRouterOptions<Own>
>;
