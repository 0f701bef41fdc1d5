import { createWSClient, type TRPCWebSocketClient } from '@trpc/client';
import { errorOfClose, limits, reconnectAfter, RoomError } from '../shared/index.ts';
import { reconnectDelayMs } from './backoff.ts';
import { callEach, type Listener } from './listeners.ts';

/** How a client connects. */
export interface ConnectionOptions {
  /** `ws://…/trpc` or `wss://…/trpc`. */
  readonly url: string;
  /** The token, or where to get one: asked before every connection, so a fresh one is used. */
  readonly token: string | (() => string | Promise<string>);
  /** Default: the runtime's own WebSocket. */
  readonly WebSocket?: typeof globalThis.WebSocket;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

/** Where a connection stands. `stopped`: it will not come back, and says why. */
export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'stopped'; readonly error: RoomError };

/** One WebSocket that comes back by itself, unless the close code says stop. */
export interface Connection {
  readonly client: TRPCWebSocketClient;
  readonly current: ConnectionState;
  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: Listener<ConnectionState>): () => void;
  /** Closes for good. Safe to call twice. */
  close(): void;
}

/** Opens a connection and keeps it open. */
export function createConnection(options: ConnectionOptions): Connection {
  const { token, random = Math.random, now = Date.now } = options;
  const listeners = new Set<Listener<ConnectionState>>();
  let current: ConnectionState = { state: 'connecting' };
  let openedAt = now();
  let hasExpired = false;

  const change = (next: ConnectionState) => {
    if (current.state === 'stopped' || current.state === next.state) return;
    current = next;
    callEach(listeners, next);
  };
  const stop = (error: RoomError) => {
    change({ state: 'stopped', error });
    void client.close();
  };
  const client = createWSClient({
    url: options.url,
    connectionParams: async () => ({ token: typeof token === 'string' ? token : await token() }),
    retryDelayMs: (attempt) => reconnectDelayMs(attempt, random()),
    // A half-open connection is noticed within 10 s.
    keepAlive: { enabled: true, intervalMs: 5_000, pongTimeoutMs: 5_000 },
    onOpen: () => {
      openedAt = now();
      change({ state: 'open' });
    },
    onClose: (cause) => {
      const code = cause?.code ?? 1006;
      const what = reconnectAfter(code);
      // A connection that outlived the time to authenticate had its token taken.
      const isAgain = hasExpired && now() - openedAt < limits.authTimeoutMs;
      hasExpired = what === 'refresh';
      if (what === 'stop' || (what === 'refresh' && isAgain)) {
        stop(new RoomError(errorOfClose(code) ?? 'DISCONNECTED', `closed with code ${code}`));
      } else change({ state: 'connecting' });
    },
    ...(options.WebSocket && { WebSocket: options.WebSocket }),
  });

  return {
    client,
    get current() {
      return current;
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => stop(new RoomError('DISCONNECTED', 'this client was closed')),
  };
}
