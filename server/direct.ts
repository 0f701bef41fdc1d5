import type { AnyTRPCRouter, TRPCProcedureType } from '@trpc/server';

/** Stands for the direct path of a procedure. */
export const DIRECT: unique symbol = Symbol.for('trpc-rooms.direct');

/** A procedure called without tRPC's chain of middlewares, which copies all that a call has several
 *  times: the same checks, the same results, the same errors. */
export interface DirectCall {
  readonly type: TRPCProcedureType;
  /** May its answer be as large as what may wait for a reader? */
  readonly isLarge: boolean;
  /** `input`: as the transformer gave it. `signal`: asked for by those who heed it. */
  call(ctx: unknown, input: unknown, signal: () => AbortSignal): Promise<unknown>;
}

/** The direct path of the procedure at a path, where it offers one and is of that type. */
export function directOf(
  { _def: { procedures } }: AnyTRPCRouter,
  path: string,
  type: TRPCProcedureType,
): DirectCall | undefined {
  const procedure: unknown = Object.hasOwn(procedures, path) ? procedures[path] : undefined;
  if (!offersDirect(procedure)) return undefined;
  const direct = procedure[DIRECT];
  return direct.type === type ? direct : undefined;
}

/** Is it one of the rooms' procedures? */
export function offersDirect(procedure: unknown): procedure is { [DIRECT]: DirectCall } {
  return typeof procedure === 'function' && DIRECT in procedure;
}
