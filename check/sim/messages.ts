import type { RoomError } from '../../shared/index.ts';

/** What a simulated client asks. */
export interface Request {
  readonly id: number;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly path: string;
  readonly input: unknown;
}

/** What goes to the server. */
export type ToServer = Request | { readonly id: number; readonly type: 'stop' };

/** A frame of a stream with the id that it is tracked by. */
export interface TrackedData {
  readonly id: string;
  readonly data: unknown;
}

/** What comes back. */
export type ToClient = { readonly id: number } & (
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'error'; readonly error: RoomError }
  | { readonly type: 'frame'; readonly frame: TrackedData }
  | { readonly type: 'done' }
);
