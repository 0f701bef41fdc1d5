import type { Clock } from './clock.ts';
import type { HttpServer } from './http/http-server.ts';
import { letGo, type Leaving } from './leaving.ts';
import type { Logger } from './logger.ts';
import type { Rooms } from './server-rooms.ts';
import type { SocketTransport } from './transport/websocket.ts';

/** How a server takes itself out of service. */
export interface Closing {
  readonly isBegun: boolean;
  /** Closes. Called again with `drainMs: 0`, it waits for no client any longer. */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  /** Over how long clients are asked, one after the other, to come back on another node, in milliseconds.
   *  Default: what the configuration says. 0: they are all told at once. */
  readonly drainMs?: number;
}

interface Parts {
  readonly rooms: Pick<Rooms<never>, 'handOver' | 'drain' | 'close'>;
  readonly sockets: Pick<SocketTransport, 'leavers' | 'close'>;
  readonly http: Pick<HttpServer, 'refuse' | 'streams' | 'close'>;
  readonly metrics: { close(): void };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly drainMs: number;
}

// Within the 5 s that a restart may take: what is left after these is cut.
const GRACE_MS = 2_000;

/** Clients first, then what is running, then rooms. */
export function createClosing(parts: Parts): Closing {
  const { rooms, sockets, http, metrics, clock, logger } = parts;
  let leaving: Leaving | undefined;
  let closing: Promise<void> | undefined;

  const letClientsGo = async (windowMs: number) => {
    const leavers = [...sockets.leavers(), ...http.streams()];
    if (windowMs === 0 || leavers.length === 0) return;
    logger.info({ clients: leavers.length, windowMs }, 'clients are asked to go to another node');
    rooms.handOver();
    leaving = letGo(leavers, { clock, windowMs });
    await leaving.done;
  };
  const closeAll = async (windowMs: number) => {
    http.refuse();
    await letClientsGo(windowMs);
    await rooms.drain();
    // Acks are on their way when their promises have settled: let them out before the close frames.
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([sockets.close(1012, 'restarting', GRACE_MS), http.close(GRACE_MS)]);
    await rooms.close();
    metrics.close();
  };

  return {
    get isBegun() {
      return closing !== undefined;
    },
    close: ({ drainMs = parts.drainMs } = {}) => {
      if (closing && drainMs === 0) leaving?.hurry();
      return (closing ??= closeAll(drainMs));
    },
  };
}
