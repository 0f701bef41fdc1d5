import type { AnyTRPCRouter } from '@trpc/server';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { systemClock, type Clock } from '../../clock.ts';
import { Connection } from './connection.ts';
import { jsonEncoder } from './encoder.ts';
import { Envelopes } from './envelope.ts';
import { FlushQueue } from './flush-queue.ts';
import { handleKeepAlive } from './keep-alive.ts';
import { MessageDeadline } from './message-deadline.ts';
import { defaultLimits, type WSSHandlerOptions } from './options.ts';
import { Outbound } from './outbound.ts';
import { StallWatch } from './stall-watch.ts';

/** What a handler takes from its server, beside the options that are tRPC's. */
export interface HandlerParts {
  /** Default: the machine's own. */
  readonly clock?: Clock;
  /** Hears of each connection that was cut within a message. */
  readonly onLateMessage?: () => void;
}

/** Makes the listener for a `ws` server's `connection` event that serves a router. */
export function getWSConnectionHandler<R extends AnyTRPCRouter>(
  options: WSSHandlerOptions<R>,
  { clock = systemClock, onLateMessage }: HandlerParts = {},
): (client: WebSocket, req: IncomingMessage) => void {
  const encoder = options.experimental_encoder ?? jsonEncoder;
  const queue = new FlushQueue();
  const envelopes = new Envelopes(options.router, encoder, queue);
  const limits = { ...defaultLimits, ...options.limits };
  const stalls = new StallWatch(limits.stallMs);
  const deadline = new MessageDeadline({
    messageMs: limits.messageMs,
    clock,
    onLate: onLateMessage,
  });
  return (client, req) => {
    deadline.watch(req.socket);
    const { keepAlive } = options;
    if (keepAlive?.enabled) handleKeepAlive(client, keepAlive.pingMs, keepAlive.pongWaitMs);
    const outbound = new Outbound({ ws: client, socket: req.socket, queue, stalls, limits });
    new Connection({ ws: client, req, outbound, envelopes, encoder, limits, options }).open();
  };
}

/** Serves a router on a `ws` server. `broadcastReconnectNotification` asks every client to connect
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
        if (client.readyState === client.OPEN) client.send(notification);
      }
    },
  };
}
