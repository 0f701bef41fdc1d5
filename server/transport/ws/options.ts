import type { AnyTRPCRouter } from '@trpc/server';
import type { WSSHandlerOptions as StockOptions } from '@trpc/server/adapters/ws';
import { limits } from '../../../shared/index.ts';
import type { IncomingMessage } from 'node:http';
import type { ConnectionLimits } from '../admission.ts';
import type { OutboundLimits } from './outbound.ts';

/** Limits of a connection. Sizes in bytes, times in milliseconds. */
export interface SocketLimits extends OutboundLimits, ConnectionLimits {
  /** A connection is cut when bytes wait for it and for this long not one has left. */
  readonly stallMs: number;
  /** Largest message taken, alone or as one of a batch; a larger one fails by itself. */
  readonly messageBytes: number;
  /** Calls taken from one frame; those beyond fail by themselves. */
  readonly callsPerFrame: number;
  /** Subscriptions open at once; one more is refused. */
  readonly subscriptions: number;
  /** `PING`s answered per second, and twice as many at once; then the connection is closed (4429). */
  readonly pingsPerSecond: number;
  /** A message must have come whole within this time of its first byte; otherwise the connection is cut. */
  readonly messageMs: number;
}

/** tRPC's own options, and ours beside them. */
export type WSSHandlerOptions<TRouter extends AnyTRPCRouter> = StockOptions<TRouter> & {
  /** What may wait for a slow reader. Unset: streams that push pause at 256 KiB, everything else is
   *  as in tRPC's own adapter, and no connection is ever cut. */
  limits?: Partial<SocketLimits>;
  /** Whose connection it is, for `limits.connectionsPerAddress`. Default: the address at the other end of
   *  the socket, which behind a proxy is the proxy's; that one too where this throws. */
  addressOf?: (req: IncomingMessage) => string;
};

/** Limits where none are given: nothing that a correct app could notice. */
export const defaultLimits: SocketLimits = {
  softBytes: 256 * 1024,
  hardBytes: Number.POSITIVE_INFINITY,
  stallMs: Number.POSITIVE_INFINITY,
  messageBytes: Number.POSITIVE_INFINITY,
  callsPerFrame: Number.POSITIVE_INFINITY,
  subscriptions: Number.POSITIVE_INFINITY,
  pingsPerSecond: Number.POSITIVE_INFINITY,
  connections: Number.POSITIVE_INFINITY,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
  messageMs: Number.POSITIVE_INFINITY,
};

/** The rooms server's limits (TRN4, TRN5). */
export const roomsLimits: SocketLimits = {
  softBytes: 256 * 1024,
  hardBytes: 1024 * 1024,
  stallMs: 30_000,
  messageBytes: limits.messageBytes,
  callsPerFrame: 1_000,
  subscriptions: 128,
  pingsPerSecond: 5,
  // At some 40 KB for a connection that follows a room: what a process of 1 GB holds.
  connections: 20_000,
  // An office or a mobile network behind one address is served; to fill the house takes twenty of them.
  connectionsPerAddress: 1_000,
  messageMs: 10_000,
};
