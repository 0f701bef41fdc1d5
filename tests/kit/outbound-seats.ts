import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createTally } from '../../server/tally.ts';
import type { DirectWrites } from '../../server/transport/ws/direct-writes.ts';
import type { FlushQueue } from '../../server/transport/ws/flush-queue.ts';
import { Outbound } from '../../server/transport/ws/outbound.ts';
import type { OutboundLimits } from '../../server/transport/ws/outbound-parts.ts';
import { StallWatch } from '../../server/transport/ws/stall-watch.ts';
import type { TcpWrites } from '../../server/transport/ws/tcp-writes.ts';

/** An outbound end and the client that reads it. */
export interface Seat {
  readonly outbound: Outbound;
  /** The server's end, as an app has it. */
  readonly ws: WebSocket;
  readonly socket: Socket;
  readonly reader: WebSocket;
  /** What the reader got, as texts. */
  readonly got: string[];
}

/** Outbound ends of one server over real sockets. Closed with the test. */
export async function openSeats(
  count: number,
  parts: {
    queue: FlushQueue;
    limits: OutboundLimits;
    writes: TcpWrites | undefined;
    /** Default: each connection writes by itself. */
    direct?: DirectWrites | undefined;
    /** Default: nobody is ever cut. */
    stalls?: StallWatch;
    /** Has `ws` compress, and so write everything. */
    isCompressed?: boolean;
  },
): Promise<Seat[]> {
  const { isCompressed: perMessageDeflate = false } = parts;
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate });
  onTestFinished(() => {
    for (const client of wss.clients) client.terminate();
    wss.close();
  });
  await once(wss, 'listening');
  const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
  const seats: Seat[] = [];
  while (seats.length < count) {
    const accepted = once(wss, 'connection') as Promise<[WebSocket, IncomingMessage]>;
    const reader = new WebSocket(url);
    const got: string[] = [];
    reader.on('message', (data: Buffer) => got.push(data.toString()));
    const [ws, { socket }] = await accepted;
    await once(reader, 'open');
    const stalls = parts.stalls ?? new StallWatch({ stallMs: Infinity });
    // Direct writes are for sockets that nobody else gives a time limit.
    const mayTimeOut = !parts.direct;
    const tally = createTally();
    const outbound = new Outbound(ws, socket, { ...parts, stalls, tally, mayTimeOut });
    seats.push({ outbound, ws, socket, reader, got });
  }
  return seats;
}
