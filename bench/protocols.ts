/** What is published. */
export interface Message {
  readonly room: string;
  readonly text: string;
  readonly idempotencyKey: string;
}

/** How the clients of a server speak to it: all of it in text frames. */
export interface Protocol {
  /** Path and query of the upgrade. */
  readonly path: string;
  /** What a client says first, who it is included. */
  opening(token: string): string;
  /** A frame that begins like this tells that the client may go on. Unset: it need not wait. */
  readonly welcome: string | undefined;
  /** Asks to follow a room. `id`: the request's, where a protocol has such; `lastEventId`: where to
   *  resume, where it can. */
  follow(room: string, id: number, lastEventId?: string): string;
  /** What the answer to `follow` contains. */
  readonly following: string;
  publish(message: Message, id: number): string;
  /** The text that keeps a connection alive, and its answer. */
  readonly ping: readonly [asked: string, answered: string] | undefined;
}

/** tRPC's, spoken by ours and by the stock adapter. */
const trpc: Protocol = {
  path: '/trpc?connectionParams=1',
  opening: (token) => JSON.stringify({ method: 'connectionParams', data: { token } }),
  welcome: undefined,
  follow: (room, id, lastEventId) =>
    request(id, 'subscription', 'chat.events', { room, ...(lastEventId && { lastEventId }) }),
  following: '"type":"started"',
  publish: (message, id) => request(id, 'mutation', 'chat.send', message),
  ping: ['PING', 'PONG'],
};

/** That of `peers/bare-ws.ts`. */
const bareWs: Protocol = {
  path: '/',
  opening: () => '{"type":"hello"}',
  welcome: undefined,
  follow: (room) => JSON.stringify({ type: 'follow', room }),
  following: '"type":"following"',
  publish: (message) => JSON.stringify({ type: 'send', input: message }),
  ping: undefined,
};

/** Engine.IO 4 and Socket.IO 5 over its WebSocket transport, with the event names of
 *  `peers/socket-io.ts`. */
const socketIo: Protocol = {
  path: '/socket.io/?EIO=4&transport=websocket',
  opening: () => '40',
  welcome: '40{',
  follow: (room) => `42${JSON.stringify(['follow', room])}`,
  following: '["following"',
  publish: (message) => `42${JSON.stringify(['send', message])}`,
  ping: ['2', '3'],
};

/** How each server under test is spoken to. */
export const protocols = {
  rooms: trpc,
  'rooms-redis': trpc,
  'rooms-memory': trpc,
  ws: bareWs,
  'socket.io': socketIo,
  'stock-trpc': trpc,
} as const satisfies Record<string, Protocol>;

function request(id: number, method: string, path: string, input: object): string {
  return JSON.stringify({ id, method, params: { path, input: { json: input } } });
}
