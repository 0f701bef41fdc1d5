import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';

/** A call as it came in. */
export interface SeenCall {
  readonly id: number;
  readonly method: string;
  readonly params: {
    readonly path: string;
    readonly input: unknown;
    readonly lastEventId?: string;
  };
}

/** A server that opens sockets and does what the test says: good, bad, or nothing. */
export interface BareServer {
  readonly url: string;
  /** All sockets that it has had, in order. */
  readonly sockets: WebSocket[];
  /** Tokens, as they came. */
  readonly tokens: string[];
  /** Texts that came, pings left out. */
  readonly texts: string[];
  /** Calls that came, one by one. */
  readonly calls: SeenCall[];
  /** Pings that came. */
  pings: number;
  /** Is called with each call. Default: nothing answers. */
  onCall: (call: SeenCall, socket: WebSocket) => void;
  /** Is called with each new socket that has sent its token. */
  onConnect: (socket: WebSocket) => void;
  /** Are pings answered? Default true. */
  answersPings: boolean;
}

/** Starts one on a free port; it ends with the test. */
export async function bareServer(): Promise<BareServer> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(wss, 'listening');
  onTestFinished(() => {
    for (const socket of wss.clients) socket.terminate();
    wss.close();
  });
  const server: BareServer = {
    url: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/trpc`,
    sockets: [],
    tokens: [],
    texts: [],
    calls: [],
    pings: 0,
    onCall: () => {},
    onConnect: () => {},
    answersPings: true,
  };
  wss.on('connection', (socket) => {
    server.sockets.push(socket);
    socket.on('error', () => {});
    socket.on('message', (message: Buffer) => receive(server, socket, message.toString()));
  });
  return server;
}

/** Answers a call with data. */
export function answer(socket: WebSocket, id: number, json: unknown, eventId?: string): void {
  const result = { type: 'data', data: { json }, id: eventId };
  socket.send(JSON.stringify({ id, result }));
}

function receive(server: BareServer, socket: WebSocket, text: string): void {
  if (text === 'PING') {
    server.pings += 1;
    if (server.answersPings) socket.send('PONG');
    return;
  }
  server.texts.push(text);
  const frame = JSON.parse(text === 'PONG' ? '[]' : text) as SeenCall | SeenCall[];
  if ('method' in frame && frame.method === 'connectionParams') {
    server.tokens.push((frame as unknown as { data: { token: string } }).data.token);
    server.onConnect(socket);
    return;
  }
  for (const call of [frame].flat()) {
    server.calls.push(call);
    server.onCall(call, socket);
  }
}
