import type { AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errors } from '../../../shared/index.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { createTally, type Tally } from '../../tally.ts';
import { normalAddress } from '../address.ts';
import { createAdmission } from '../admission.ts';
import { checkRouter } from './check-router.ts';
import { DirectWrites } from './direct-writes.ts';
import { Connection, type Close, type Service } from './connection.ts';
import { jsonEncoder } from './encoder.ts';
import { Envelopes } from './envelope.ts';
import { ErrorReplies } from './error-replies.ts';
import { FlushQueue } from './flush-queue.ts';
import { KeepAlives } from './keep-alive.ts';
import { MessageDeadline } from './message-deadline.ts';
import { defaultLimits, type WSSHandlerOptions } from './options.ts';
import { Outbound } from './outbound.ts';
import { Pace } from './pace.ts';
import { isClosed, isOpen } from './ready-state.ts';
import { SharedReads } from './shared-reads.ts';
import { SlowReaders } from './slow-readers.ts';
import { StallWatch } from './stall-watch.ts';
import { TcpWrites } from './tcp-writes.ts';
import { WholeFrames } from './whole-frames.ts';

/** What a handler takes from its server, beside the options that are tRPC's. */
export interface HandlerParts {
  /** Default: the machine's own. */
  readonly clock?: Clock;
  /** Counts what is sent. */
  readonly tally?: Tally;
  /** What stands for a connection's request once its context is made: a connection may live for days,
   *  and all headers with it. Default: the request itself. */
  readonly laterRequest?: IncomingMessage;
  /** How a connection is closed whose context cannot be made. Default: without a code, as tRPC's own. */
  readonly closeOf?: (error: TRPCError) => Close | undefined;
  /** Hears of what is refused before it is a call, which the app's `onError` does not. */
  readonly onRefused?: (error: TRPCError) => void;
  /** Hears of each connection that was cut within a message. */
  readonly onLateMessage?: () => void;
  /** The `maxPayload` of a `ws` server whose sockets nobody else reads: messages that come whole are read past its
   *  receiver. Unset: `ws` reads everything. */
  readonly wholeFrameBytes?: number;
}

/** Makes the listener for a `ws` server's `connection` event that serves a router. @throws StartError for one that has
 *  rooms in it and no superjson */
export function getWSConnectionHandler<R extends AnyTRPCRouter>(
  options: WSSHandlerOptions<R>,
  parts: HandlerParts = {},
): (client: WebSocket, req: IncomingMessage) => void {
  const {
    clock = systemClock,
    tally = createTally(),
    laterRequest,
    closeOf,
    onRefused,
    onLateMessage,
    wholeFrameBytes: maxBytes,
  } = parts;
  const { router, onError, keepAlive, addressOf = peerAddress } = options;
  const encoder = options.experimental_encoder ?? jsonEncoder;
  checkRouter(router, encoder);
  const queue = new FlushQueue();
  const writes = TcpWrites.find();
  const limits = { ...defaultLimits, ...options.limits };
  const stalls = new StallWatch(limits);
  // Sockets that nobody else reads are nobody else's.
  const mayTimeOut = maxBytes === undefined;
  const envelopes = new Envelopes(router, encoder, queue);
  const { softBytes, stallMs } = limits;
  const direct =
    writes && !mayTimeOut && encoder === jsonEncoder
      ? new DirectWrites({ queue, envelopes, writes, tally, softBytes })
      : undefined;
  const shared = { writes, queue, direct, stalls, limits, tally, mayTimeOut };
  const service: Service<R> = {
    options,
    encoder,
    limits,
    tally,
    pace: new Pace(),
    laterRequest,
    closeOf,
    onRefused,
    envelopes,
    errors: new ErrorReplies({ router, onError }),
    keepAlives: keepAlive?.enabled
      ? new KeepAlives({
          clock,
          pingMs: keepAlive.pingMs,
          pongWaitMs: keepAlive.pongWaitMs,
          // Where nobody is cut who has stopped, tRPC's own adapter decides as ever.
          slow: Number.isFinite(stallMs) ? new SlowReaders() : undefined,
        })
      : undefined,
  };
  const isLimited = Number.isFinite(Math.min(limits.connections, limits.connectionsPerAddress));
  // Where nobody is refused nobody is counted: a place for each would be memory for each.
  const admission = isLimited ? createAdmission(limits) : undefined;
  const deadline = new MessageDeadline({
    messageMs: limits.messageMs,
    clock,
    onLate: onLateMessage,
  });
  const frames =
    maxBytes === undefined
      ? undefined
      : new WholeFrames({ maxBytes, deadline, reads: SharedReads.find() });
  return (client, req) => {
    // An app may have taken its time: nothing tells of the end of what has ended already.
    if (isClosed(client)) return;
    const refusal = admission?.enter(client, addressBy(addressOf, req));
    if (refusal) return turnAway(client, refusal.message, clock);
    const { socket } = req;
    const own = socketUnder(client);
    const under = own ?? socket;
    if (frames) frames.read(client, under);
    else deadline.watch(under);
    // What else an app has put under it, as a stream that encrypts, or over it is written to by `send`.
    const outbound = new Outbound(client, own === socket ? socket : undefined, shared);
    new Connection(client, req, outbound, service).open();
  };
}

/** Serves a router on a `ws` server, as `getWSConnectionHandler` does. `broadcastReconnectNotification` asks every client to connect
 *  anew, which tRPC's own client does without its subscriptions noticing. */
export function applyWSSHandler<R extends AnyTRPCRouter>(
  options: WSSHandlerOptions<R>,
): { broadcastReconnectNotification: () => void } {
  const { wss, prefix, experimental_encoder: encoder = jsonEncoder } = options;
  const serve = getWSConnectionHandler<R>(options);
  wss.on('connection', (client, req) => {
    // Not ours to serve, and yet an error that nobody hears would end the process.
    if (prefix && !req.url?.startsWith(prefix)) client.on('error', () => {});
    else serve(client, req);
  });
  return {
    broadcastReconnectNotification: () => {
      const notification = encoder.encode({ id: null, method: 'reconnect' });
      for (const client of wss.clients) {
        if (isOpen(client)) client.send(notification);
      }
    },
  };
}

// The handshake of a close is not worth more for one that is turned away.
const TURNED_AWAY_MS = 1_000;

/** The socket is open already, so only a close code can say it (1013: come back later). */
function turnAway(client: WebSocket, reason: string, clock: Clock): void {
  client.on('error', () => {});
  client.close(errors.TOO_MANY_CONNECTIONS.close, reason);
  client.once(
    'close',
    clock.after(TURNED_AWAY_MS, () => client.terminate()),
  );
}

/** An app's own reading of headers that anybody may send ends no process. */
function addressBy(addressOf: (req: IncomingMessage) => string, req: IncomingMessage): string {
  try {
    const address = addressOf(req);
    return normalAddress(address) ?? address;
  } catch {
    return peerAddress(req);
  }
}

/** What `ws` reads and writes: an app may have handed it another than the request's socket. Undefined where it is not as
 *  it has always been. */
function socketUnder(client: WebSocket): Duplex | undefined {
  const { _socket: socket } = client as unknown as { readonly _socket?: unknown };
  return socket instanceof Duplex ? socket : undefined;
}

function peerAddress({ socket }: IncomingMessage): string {
  return normalAddress(socket.remoteAddress ?? '') ?? 'unknown';
}
