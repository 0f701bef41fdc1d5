// Values that the examples of all documents are made of.

/** A room, as it stands in examples. */
export const ROOM = 'general';

/** Positions in one log, in their order. */
export const EARLIER = 'k3v9q:41';
export const POSITION = 'k3v9q:42';
export const LATER = 'k3v9q:43';

/** Moments, as JSON has them. */
export const AT = '2026-11-25T09:30:00.000Z';
export const SINCE = '2026-11-01T08:00:00.000Z';

/** People. */
export const ADA = { id: 'ada', name: 'Ada' };
export const BOB = { id: 'bob', name: 'Bob' };

/** An idempotency key. */
export const KEY = '5f1c9c1e-8b0e-4a55-9d0b-0a4b8c6f2f10';
