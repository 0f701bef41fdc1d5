// A router of tRPC takes none of these.
const TRPC_WORDS = ['then', 'call', 'apply'] as const;

/** No kind is named so: what a client has beside its kinds. */
export const RESERVED_KINDS: readonly string[] = [
  'trpc',
  'connection',
  'outbox',
  'close',
  ...TRPC_WORDS,
];

/** No shorthand is named so: procedures of every kind, and what a joined room has beside its shorthands. Kinds that
 *  have whispers or membership have more. */
export const RESERVED_SHORTHANDS = [
  'events',
  'publish',
  'history',
  'members',
  'setPresence',
  'id',
  'current',
  'ready',
  'on',
  'onFrame',
  'subscribe',
  'outbox',
  'leave',
  'edit',
  'remove',
  'react',
  'reactors',
  'reply',
  'markRead',
  'markUnread',
  'unread',
  'receipts',
  'messages',
  'people',
  'typingUsers',
  'active',
  'say',
  'latest',
  ...TRPC_WORDS,
] as const;

/** One of them. */
export type ReservedShorthand = (typeof RESERVED_SHORTHANDS)[number];
