import type { Tally } from '../../tally.ts';
import type { DirectWrites } from './direct-writes.ts';
import type { FlushQueue } from './flush-queue.ts';
import type { StallWatch } from './stall-watch.ts';
import type { TcpWrites } from './tcp-writes.ts';

/** How much may wait for one connection, in bytes. */
export interface OutboundLimits {
  /** Beyond it, streams pause (TRN4). */
  readonly softBytes: number;
  /** Who has more than that to take already, and is sent another frame, is cut. Infinity: never. */
  readonly hardBytes: number;
}

/** What the outbound ends of one server share. */
export interface OutboundParts {
  readonly writes: TcpWrites | undefined;
  readonly queue: FlushQueue;
  /** Unset: each connection's own flush writes everything. */
  readonly direct?: DirectWrites | undefined;
  readonly stalls: StallWatch;
  readonly limits: OutboundLimits;
  readonly tally: Tally;
  /** May an app give a socket a time limit (`setTimeout`)? Asked at each write. Default yes. */
  readonly mayTimeOut?: boolean;
}
