import type { AnyTRPCRouter } from '@trpc/server';
import type { WSSHandlerOptions as StockOptions } from '@trpc/server/adapters/ws';
import type { IncomingMessage } from 'node:http';
import { limits } from '../../../shared/index.ts';
import type { ConnectionLimits } from '../admission.ts';
import type { OutboundLimits } from './outbound-parts.ts';
import { defaultWireLimits, type WireLimits, type WireTransformer } from './wire-guard.ts';

/** Limits of a connection. Sizes in bytes, times in milliseconds. */
export interface SocketLimits extends OutboundLimits, ConnectionLimits {
  /** A connection is cut when bytes wait for it and for this long not one has left. */
  readonly stallMs: number;
  /** Largest message taken, alone or as one of a batch; a larger one fails by itself. */
  readonly messageBytes: number;
  /** Queries and mutations taken from one frame; those beyond fail by themselves. Subscriptions have
   *  a limit of their own: a client that comes back asks for all of them at once. So many are begun in one turn, of
   *  those with large answers fewer; what has come beside waits for the next. A frame of sixteen times as many
   *  messages is refused as a whole. */
  readonly callsPerFrame: number;
  /** Queries and mutations under way at once on a connection; each one more fails by itself, until one has its answer. */
  readonly callsAtOnce: number;
  /** Subscriptions open at once; one more is refused. */
  readonly subscriptions: number;
  /** Bytes that wait to be taken: before it is known who sends them, which is while `createContext` runs, and
   *  behind calls that wait for a slow reader; then the connection is closed (4429). */
  readonly earlyBytes: number;
  /** `PING`s answered per second, and twice as many at once; then the connection is closed (4429). */
  readonly pingsPerSecond: number;
  /** What a message may be. `null`: whatever tRPC takes. */
  readonly message: WireLimits | null;
  /** What the router makes inputs of: they are checked before it does. `guarded`: it checks them
   *  itself, as the rooms server's transformer does. */
  readonly transformer: WireTransformer | 'guarded';
  /** A message must have come whole within this time of its first byte; otherwise the connection is cut. */
  readonly messageMs: number;
}

/** tRPC's own options, and ours beside them. */
export type WSSHandlerOptions<TRouter extends AnyTRPCRouter> = StockOptions<TRouter> & {
  /** What may come in and what may wait for a slow reader. Unset: streams that push pause at 256 KiB,
   *  everything else is as in tRPC's own adapter, and no connection is ever cut. */
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
  callsAtOnce: Number.POSITIVE_INFINITY,
  subscriptions: Number.POSITIVE_INFINITY,
  earlyBytes: Number.POSITIVE_INFINITY,
  pingsPerSecond: Number.POSITIVE_INFINITY,
  connections: Number.POSITIVE_INFINITY,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
  messageMs: Number.POSITIVE_INFINITY,
  message: null,
  transformer: 'none',
};

/** The rooms server's limits (TRN4, TRN5, TRN6). */
export const roomsLimits: SocketLimits = {
  softBytes: 256 * 1024,
  hardBytes: 1024 * 1024,
  stallMs: 30_000,
  messageBytes: limits.messageBytes,
  callsPerFrame: 32,
  // All that our client asks in one turn (1,000 calls), with what its outbox has in flight (16).
  callsAtOnce: 1_024,
  subscriptions: 128,
  earlyBytes: 1024 * 1024,
  pingsPerSecond: 5,
  message: defaultWireLimits,
  transformer: 'guarded',
  // At some 40 KB for a connection that follows a room: what a process of 1 GB holds.
  connections: 20_000,
  // An office or a mobile network behind one address is served; to fill the house takes twenty of them.
  connectionsPerAddress: 1_000,
  messageMs: 10_000,
};
