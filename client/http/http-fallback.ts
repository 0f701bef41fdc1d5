import { clockOf, type ClockOptions } from '../clock.ts';
import { webSocketOf, type WebSocketClass, type WebSocketLike } from '../link/web-socket.ts';
import { HttpSocket } from './http-socket.ts';

/** How a client reaches its server. */
export type Way = 'websocket' | 'http';

/** How a fallback is made. */
export interface HttpFallbackOptions extends ClockOptions {
  /** Hears when the way changes. */
  readonly onChange?: (way: Way) => void;
  /** Default: the runtime's own. */
  readonly WebSocket?: WebSocketClass;
  /** Default: the runtime's own. */
  readonly fetch?: typeof globalThis.fetch;
}

// One may have failed just before a server came back that answers just after.
const ENOUGH = 2;
const TRY_AGAIN_MS = 5 * 60_000;

/** What to give `createRooms` as its `WebSocket` so that it works where WebSockets are blocked: after two that
 *  did not open, while the server answers over HTTP, calls become requests and streams event streams (SSE). They
 *  resume where the sockets stood. Browsers allow six of them to one host at once: follow few rooms then. What
 *  goes with a connection (presence states, values keyed by member) needs a WebSocket and is refused: NOT_PRESENT. After 5 minutes the next connection
 *  tries a WebSocket again. Not for clients with an `encoder`. */
export function httpFallback(options: HttpFallbackOptions = {}): WebSocketClass {
  const { onChange = () => {} } = options;
  const clock = clockOf(options);
  const { now } = clock;
  const fetch: typeof globalThis.fetch =
    options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  /** How often in a row a socket did not open while the server answered over HTTP. */
  let blocked = { times: 0 };
  let way: Way = 'websocket';
  let since = 0;

  const change = (next: Way) => {
    if (next === way) return;
    way = next;
    since = now();
    onChange(way);
  };
  const failed = (url: string) => {
    // Is it the server that is away, or the way to it?
    const probe = new HttpSocket(url, { fetch, clock });
    const row = blocked;
    probe.addEventListener('open', () => {
      probe.close();
      row.times += 1;
      // Asked while nothing came through, it may be answered when a WebSocket has opened.
      if (row.times >= ENOUGH && row === blocked) change('http');
    });
    probe.addEventListener('close', () => {
      if (probe.hasOpened) return;
      blocked = { times: 0 };
    });
  };
  const openSocket = (url: string): WebSocketLike => {
    const socket = new (webSocketOf(options.WebSocket))(url);
    let hasOpened = false;
    socket.addEventListener('open', () => {
      hasOpened = true;
      blocked = { times: 0 };
      change('websocket');
    });
    socket.addEventListener('close', () => {
      if (!hasOpened) failed(url);
    });
    return socket;
  };
  const open = (url: string): WebSocketLike => {
    const ms = now() - since;
    // Less than nothing: the clock was set back, and does not tell how long it was.
    const isTired = way === 'http' && (ms < 0 || ms > TRY_AGAIN_MS);
    if (way === 'http' && !isTired) return new HttpSocket(url, { fetch, clock });
    if (isTired) since = now();
    return openSocket(url);
  };
  // Called with `new`: what it returns is the socket.
  return function either(url: string) {
    return open(url);
  } as unknown as WebSocketClass;
}
