/** What a server counts of its own work since it started. Plain numbers, because the hot path counts:
 *  `/metrics` reads them when it is asked. */
export interface Tally {
  /** Items of subscriptions handed to connections. */
  deliveries: number;
  /** Bytes handed to sockets. */
  bytesSent: number;
  /** Ephemeral events that a slow reader did not get. */
  dropped: number;
  /** Changes of latest values that a slow reader got as one. */
  conflated: number;
  /** Times that a reader who had fallen behind was live again. */
  caughtUp: number;
  /** Connections cut because too much waited for them or nothing left (TRN4). */
  cut: number;
}

/** Starts to count at nothing. */
export function createTally(): Tally {
  return { deliveries: 0, bytesSent: 0, dropped: 0, conflated: 0, caughtUp: 0, cut: 0 };
}
