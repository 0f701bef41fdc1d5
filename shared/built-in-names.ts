// Names that rooms give by themselves. They stand apart from their schemas: a client that knows one by name need not
// carry what contracts are made with.

/** The name of the kind that private streams are of. */
export const ME = 'me';

/** What happens to messages, as events of the same log: derived by `defineRoom`, published by rooms
 *  alone, each about the event at `target`, a position. */
export const CHANGE_TYPES = ['edited', 'removed', 'reacted'] as const;

/** The latest value that says how far a user has read. */
export const READ_TYPE = 'read';

/** The procedures of rooms with membership, by name. */
export const MEMBERSHIP_PROCEDURES = [
  'create',
  'direct',
  'invite',
  'accept',
  'decline',
  'leaveRoom',
  'removeMember',
  'setRole',
  'rename',
  'close',
  'mine',
  'invitations',
  'roster',
] as const;
