/** The limits that clients go by: they carry no others. Sizes in bytes, counts in items, times in milliseconds. */
export const clientLimits = {
  /** Largest message taken from a client: one call over WebSocket, one body over HTTP. */
  messageBytes: 64 * 1024,
  /** Most events in one page of history. */
  historyPageMax: 200,
  /** Longest position or event id taken. */
  positionLength: 128,
  /** Longest `sessionId`. */
  sessionIdLength: 128,
  /** How long a repeat of an idempotency key is recognised (SND1). */
  keyWindowMs: 24 * 60 * 60_000,
  /** Unread events are counted up to here. */
  unreadCount: 1_000,
  /** Readers of a room up to which others are told who has read how far. */
  receiptReaders: 100,
  /** How long a connection may stay without a user. */
  authTimeoutMs: 10_000,
} as const;
