import type {
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';
import type {
  Contract,
  MeOf,
  MeProcedures,
  Procedure,
  ProceduresOf,
  RoomKind,
} from '../../shared/index.ts';

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

/** The tRPC procedures of one room kind (CON2): put them into any router as they are. */
export type RoomProcedures<K extends RoomKind> = {
  [P in keyof ProceduresOf<K>]: Built<ProceduresOf<K>[P]>;
};

/** The tRPC procedures of users' own streams. */
export type MyProcedures<K extends RoomKind> = {
  [P in keyof MeProcedures<K>]: Built<MeProcedures<K>[P]>;
};

/** The procedures of every room kind of a contract, by kind, and those of users' own streams. */
export type RoomRouters<R extends Contract> = {
  [P in Exclude<keyof R, 'me'>]: RoomProcedures<R[P]>;
} & { me: MyProcedures<MeOf<R>> };
