import type { RoomError } from '../../shared/index.ts';
import type { Listener } from '../listeners.ts';

/** Where a connection stands. */
export type ConnectionState =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | {
      readonly state: 'waiting';
      /** Milliseconds since 1970. */
      readonly retryAt: number;
      /** Attempts since the connection was last stable, from 1. */
      readonly attempt: number;
      /** Why the last one ended. */
      readonly error: RoomError;
    }
  /** It will not come back. `error`: why. Unset: it was closed here, by `close`. */
  | { readonly state: 'stopped'; readonly error?: RoomError };

/** One WebSocket that comes back by itself, unless the close code says stop. */
export interface Connection {
  readonly current: ConnectionState;
  /** The same as `current`, for stores: equal until it changes. */
  getSnapshot(): ConnectionState;
  /** Calls `listener` at every change. Returns the undo. */
  subscribe(listener: Listener<ConnectionState>): () => void;
  /** Closes for good. Safe to call twice. */
  close(): void;
}
