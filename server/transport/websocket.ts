import type { AnyTRPCRouter } from '@trpc/server';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { errors, limits } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { closeLabel } from '../metrics/close-label.ts';
import { countOne, createCounts, type Counts } from '../metrics/counts.ts';
import { getWSConnectionHandler, type SocketLimits, type WSSHandlerOptions } from './adapter.ts';
import { createSocketContext, type ContextOptions } from './context.ts';

/** The WebSocket side of a server. */
export interface SocketTransport {
  /** Takes over a socket whose upgrade request has been checked. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every connection with a code and a reason, and cuts those that do not answer within
   *  `graceMs`. */
  close(code: number, reason: string, graceMs: number): Promise<void>;
  /** How many connections are open. */
  readonly connections: number;
  /** Bytes received on all connections since the start. */
  readonly bytesReceived: number;
}

// Ping after 25 s of silence, cut 8 s later: a dead peer is gone within 33 s.
const KEEP_ALIVE = { enabled: true, pingMs: 25_000, pongWaitMs: 8_000 };

// A message may come in pieces, but not in so many that keeping them costs more than the message. The
// published types of `ws` do not have these options yet.
const PIECES = { maxFragments: 64, maxBufferedChunks: 4_096 };

// Who comes in is decided before the 101, and by the address that proxies vouch for.
const COUNTED_BEFORE = {
  connections: Number.POSITIVE_INFINITY,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
};

/** Speaks tRPC over WebSocket, through the adapter that the package exports. */
export function createSocketTransport<R extends AnyTRPCRouter>(
  options: ContextOptions & {
    router: R;
    onError: NonNullable<WSSHandlerOptions<R>['onError']>;
    limits: Partial<SocketLimits>;
    counts?: Counts;
  },
): SocketTransport {
  const { router, onError, clock, counts = createCounts() } = options;
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    ...PIECES,
  });
  const deadlines = new AuthDeadlines(clock);
  const createContext = createSocketContext(options, (socket) => deadlines.meet(socket));
  const onLateMessage = () => void (counts.lateMessages += 1);
  const handle = getWSConnectionHandler<R>(
    {
      wss,
      router,
      onError,
      keepAlive: KEEP_ALIVE,
      limits: { ...options.limits, ...COUNTED_BEFORE },
      createContext,
    },
    { clock, onLateMessage },
  );
  const open = new Set<Socket>();
  wss.on('connection', (socket: WebSocket, req: IncomingMessage) => {
    deadlines.set(socket);
    counts.opened += 1;
    open.add(req.socket);
    socket.on('close', (code) => {
      deadlines.meet(socket);
      countOne(counts.closed, closeLabel(code));
      counts.bytesReceivedByGone += req.socket.bytesRead;
      open.delete(req.socket);
    });
    handle(socket, req);
  });

  return {
    get connections() {
      return wss.clients.size;
    },
    get bytesReceived() {
      let bytes = counts.bytesReceivedByGone;
      for (const { bytesRead } of open) bytes += bytesRead;
      return bytes;
    },
    upgrade: (req, socket, head) => {
      wss.handleUpgrade(req, socket, head, (opened) => wss.emit('connection', opened, req));
    },
    close: (code, reason, graceMs) => closeAll([...wss.clients], { code, reason, graceMs, clock }),
  };
}

/** Closes connections on which nobody has said in time who he is. */
class AuthDeadlines {
  readonly #clock: Clock;
  readonly #cancel = new WeakMap<WebSocket, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  set(socket: WebSocket): void {
    const close = () => socket.close(errors.AUTH_TIMEOUT.close, 'no authentication in time');
    const cancel = this.#clock.after(limits.authTimeoutMs, close);
    this.#cancel.set(socket, cancel);
  }

  /** Somebody has, or the connection has closed. */
  meet(socket: WebSocket): void {
    this.#cancel.get(socket)?.();
  }
}

async function closeAll(
  sockets: readonly WebSocket[],
  options: { code: number; reason: string; graceMs: number; clock: Clock },
): Promise<void> {
  const closing = sockets.map(
    (socket) =>
      new Promise<void>((resolve) => {
        if (socket.readyState === socket.CLOSED) return resolve();
        socket.once('close', () => resolve());
        socket.close(options.code, options.reason);
      }),
  );
  const cancel = options.clock.after(options.graceMs, () => {
    for (const socket of sockets) socket.terminate();
  });
  await Promise.all(closing);
  cancel();
}
