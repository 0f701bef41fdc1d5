import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { errors, limits } from '../../shared/index.ts';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { Expiries } from '../expiries.ts';
import type { Leaver } from '../leaving.ts';
import { closeLabel } from '../metrics/close-label.ts';
import { countOne, type Counts } from '../metrics/counts.ts';
import { errorCodeOf } from '../router/error-shape.ts';
import type { Tally } from '../tally.ts';
import {
  getWSConnectionHandler,
  type Encoder,
  type SocketLimits,
  type WSSHandlerOptions,
} from './adapter.ts';
import { closeOf, createSocketContext, type ContextOptions } from './context.ts';

/** The WebSocket side of a server. */
export interface SocketTransport {
  /** Takes over a socket whose upgrade request has been checked. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Those that are open: a client that is asked goes to another connection (tRPC's `reconnect`), and its streams move
   *  when that is open. */
  leavers(): Leaver[];
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

// Who does not answer our close frame is gone after this; until then others see him. Likewise.
const CLOSING = { closeTimeout: 5_000 };

// Nothing here asks for a request again once it is known whose it is.
const NO_REQUEST = new IncomingMessage(new Socket());

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
    counts: Counts;
    tally: Tally;
    encoder: Encoder;
  },
): SocketTransport {
  const { router, onError, clock, counts, tally } = options;
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    perMessageDeflate: false,
    // `open` is the list.
    clientTracking: false,
    ...PIECES,
    ...CLOSING,
  });
  const unknown = new Deadlines<WebSocket>({
    clock,
    ms: limits.authTimeoutMs,
    onDue: (socket) => socket.close(errors.AUTH_TIMEOUT.close, 'no authentication in time'),
    // After a stall the tokens of all who have come lie in the kernel.
    readsFirst: true,
  });
  const expiries = new Expiries<WebSocket>(clock, (socket) => {
    socket.close(errors.TOKEN_EXPIRED.close, 'the token has expired');
  });
  const createContext = createSocketContext(options, {
    // Checking it takes more than the turn in which it was read, and is no delay of theirs.
    onToken: (socket) => unknown.set(socket),
    onUser: (socket, user) => {
      unknown.clear(socket);
      expiries.set(socket, user.expiresAt);
    },
  });
  const onRefused = (error: TRPCError) => countOne(counts.callsRefused, errorCodeOf(error));
  const onLateMessage = () => void (counts.lateMessages += 1);
  const handle = getWSConnectionHandler<R>(
    {
      wss,
      router,
      onError,
      keepAlive: KEEP_ALIVE,
      limits: { ...options.limits, ...COUNTED_BEFORE },
      experimental_encoder: options.encoder,
      createContext,
    },
    {
      clock,
      laterRequest: NO_REQUEST,
      closeOf,
      onRefused,
      onLateMessage,
      wholeFrameBytes: limits.frameBytes,
      tally,
    },
  );
  const open = new Map<WebSocket, Socket>();
  // One function for all connections.
  function onClose(this: WebSocket, code: number): void {
    unknown.clear(this);
    expiries.clear(this);
    countOne(counts.closed, closeLabel(code));
    counts.bytesReceivedByGone += open.get(this)?.bytesRead ?? 0;
    open.delete(this);
  }
  wss.on('connection', (socket: WebSocket, req: IncomingMessage) => {
    counts.opened += 1;
    unknown.set(socket);
    open.set(socket, req.socket);
    socket.on('close', onClose);
    handle(socket, req);
  });

  return {
    get connections() {
      return open.size;
    },
    get bytesReceived() {
      let bytes = counts.bytesReceivedByGone;
      for (const { bytesRead } of open.values()) bytes += bytesRead;
      return bytes;
    },
    upgrade: (req, socket, head) => {
      wss.handleUpgrade(req, socket, head, (opened) => wss.emit('connection', opened, req));
    },
    leavers: () => {
      const reconnect = options.encoder.encode({ id: null, method: 'reconnect' });
      return [...open.keys()].map((socket) => ({
        ask: () => {
          if (socket.readyState === socket.OPEN) socket.send(reconnect);
        },
        end: () => socket.close(errors.RESTARTING.close, 'restarting'),
        get isGone() {
          return socket.readyState === socket.CLOSED;
        },
      }));
    },
    close: (code, reason, graceMs) => closeAll([...open.keys()], { code, reason, graceMs, clock }),
  };
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
