import type { AnyTRPCRouter } from '@trpc/server';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { systemClock } from '../../clock.ts';
import { createTally } from '../../tally.ts';
import { Connection, type Service } from './connection.ts';
import { jsonEncoder } from './encoder.ts';
import { Envelopes } from './envelope.ts';
import { ErrorReplies } from './error-replies.ts';
import { FlushQueue } from './flush-queue.ts';
import { KeepAlives } from './keep-alive.ts';
import { defaultLimits, type WSSHandlerOptions } from './options.ts';
import { Outbound } from './outbound.ts';
import { StallWatch } from './stall-watch.ts';

/** Makes the listener for a `ws` server's `connection` event that serves a router. */
export function getWSConnectionHandler<R extends AnyTRPCRouter>(
  options: WSSHandlerOptions<R>,
): (client: WebSocket, req: IncomingMessage) => void {
  const { router, onError, keepAlive, clock = systemClock, tally = createTally() } = options;
  const encoder = options.experimental_encoder ?? jsonEncoder;
  const queue = new FlushQueue();
  const limits = { ...defaultLimits, ...options.limits };
  const stalls = new StallWatch(limits.stallMs);
  const service: Service<R> = {
    options,
    encoder,
    limits,
    tally,
    envelopes: new Envelopes(router, encoder, queue),
    errors: new ErrorReplies({ router, onError }),
    keepAlives: keepAlive?.enabled
      ? new KeepAlives({ clock, pingMs: keepAlive.pingMs, pongWaitMs: keepAlive.pongWaitMs })
      : undefined,
  };
  return (client, req) => {
    const outbound = new Outbound({ ws: client, socket: req.socket, queue, stalls, limits, tally });
    new Connection(client, req, outbound, service).open();
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
