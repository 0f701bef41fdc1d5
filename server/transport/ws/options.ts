import type { AnyTRPCRouter } from '@trpc/server';
import type { WSSHandlerOptions as StockOptions } from '@trpc/server/adapters/ws';
import type { OutboundLimits } from './outbound.ts';

/** Limits of a connection. Sizes in bytes. */
export interface SocketLimits extends OutboundLimits {}

/** tRPC's own options, and ours beside them. */
export type WSSHandlerOptions<TRouter extends AnyTRPCRouter> = StockOptions<TRouter> & {
  /** What may wait for a slow reader. Unset: streams that push pause at 256 KiB, everything else is
   *  as in tRPC's own adapter, and no connection is ever cut. */
  limits?: Partial<SocketLimits>;
};

/** Limits where none are given: nothing that a correct app could notice. */
export const defaultLimits: SocketLimits = {
  softBytes: 256 * 1024,
  hardBytes: Number.POSITIVE_INFINITY,
};
