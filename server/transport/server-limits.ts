import { defaultLimits, roomsLimits, type SocketLimits } from './ws/options.ts';

/** Limits of a ready server: those of a connection, and what only it can count. */
export interface ServerLimits extends SocketLimits {
  /** Connections that one user holds at once on a node, WebSockets and HTTP calls under way together: one more
   *  is closed (1013), or answered with 503. */
  readonly connectionsPerUser: number;
}

/** The limits of a server that says nothing of them (TRN5). */
export const serverLimits: ServerLimits = {
  ...roomsLimits,
  // All the tabs and devices that somebody forgets to close.
  connectionsPerUser: 100,
};

/** `LIMITS=off`. */
export const noServerLimits: ServerLimits = {
  ...defaultLimits,
  connectionsPerUser: Number.POSITIVE_INFINITY,
};
