import type { ErrorCode } from '../../shared/index.ts';

/** What there is to say of a procedure. */
export interface Words {
  /** A few words. */
  readonly summary: string;
  /** Sentences. */
  readonly description: string;
  /** How it may be refused, beside what every call may be refused with. */
  readonly errors: readonly ErrorCode[];
}

const words = (summary: string, description: string, errors: readonly ErrorCode[] = []): Words => ({
  summary,
  description,
  errors,
});

/** How every call may be refused. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'BAD_INPUT',
  'UNAUTHENTICATED',
  'TOKEN_REFUSED',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'TOO_LARGE',
  'AUTHORIZE_TIMEOUT',
  'LOG_UNAVAILABLE',
  'INTERNAL',
];

const PUBLISHING: readonly ErrorCode[] = ['TOO_MANY', 'CONFLICT', 'NOT_PRESENT', 'RESTARTING'];
const CHANGING: readonly ErrorCode[] = ['TOO_MANY', 'NO_SUCH_EVENT', 'EVENT_REMOVED', 'RESTARTING'];
const READING: readonly ErrorCode[] = ['NO_SUCH_EVENT', 'STALE_POSITION'];

// Those of the private stream stand under `me.`.
const WORDS: Readonly<Record<string, Words>> = {
  events: words(
    'Follow a room',
    'Yields `ready` first, then what was missed since `lastEventId`, then everything that happens. Every frame is tracked: ' +
      'its id, given back as `lastEventId`, is where the stream goes on after a break.',
    ['STALE_POSITION', 'RESTARTING'],
  ),
  publish: words(
    'Publish an event',
    'Publishes one event of the contract. `by` and `at` are the server’s. The same idempotency key of the same user in the same ' +
      'room gives the first answer again with `duplicate: true`; with other data it is a CONFLICT.',
    [...PUBLISHING, 'NO_SUCH_EVENT', 'EVENT_REMOVED'],
  ),
  history: words(
    'Read what happened',
    'A page of durable events, oldest first: the newest, or those `before` or `after` a position, both exclusive. `changes` has the ' +
      'newest edit, removal and summary of reactions of each event of the page, where they stand beyond it.',
    ['STALE_POSITION', 'LOG_DAMAGED'],
  ),
  members: words(
    'Who is here',
    'The users who are in the room now, each once, in the order of arrival. `next`, given back as `after`, is the next page.',
  ),
  setPresence: words(
    'Say how one is',
    'Sets what a member says of himself, for a connection that follows the room: it makes sense over a WebSocket only.',
    ['TOO_MANY', 'NOT_PRESENT'],
  ),
  whisper: words(
    'Speak to one person',
    'A word for one person who is in the room or belongs to it. It is stored in his private stream and, as a copy, in one’s own; ' +
      'the answer is of the copy.',
    PUBLISHING,
  ),
  edit: words(
    'Edit a message',
    'Gives a message other data. With `ifVersion` it is refused (STALE_VERSION) unless that is its version.',
    [...CHANGING, 'STALE_VERSION', 'CONFLICT'],
  ),
  remove: words('Remove a message', 'Erases a message, everywhere; its place stays.', CHANGING),
  react: words(
    'React to a message',
    'Puts a reaction to a message, or takes it back (`on: false`).',
    [...CHANGING, 'LIMIT_REACHED'],
  ),
  reactors: words(
    'Who has reacted',
    'Who has reacted to a message, by user id, and what the caller has: a summary names the first five alone.',
    ['NO_SUCH_EVENT', 'EVENT_REMOVED', 'STALE_POSITION'],
  ),
  markRead: words(
    'Mark as read',
    'Everything up to a position is read, on all devices. Never goes back.',
    READING,
  ),
  markUnread: words('Mark as unread', 'Moves the mark back in front of an event.', READING),
  unread: words(
    'Count what is unread',
    'Unread counts of up to 50 rooms; those that one may not read are left out.',
  ),
  receipts: words(
    'Who has read',
    'Who has read how far, in rooms that at most 100 have read in; otherwise how many.',
    ['STALE_POSITION'],
  ),
  create: words(
    'Make a room',
    'Makes a room and its owner, open or private. Without an id the server makes one.',
    ['ROOM_TAKEN', 'CONFLICT', 'LIMIT_REACHED', 'TOO_MANY'],
  ),
  direct: words('Open a direct room', 'The one room of two users, whoever of them asks first.', [
    'LIMIT_REACHED',
    'TOO_MANY',
  ]),
  invite: words('Invite somebody', 'Asks somebody to join; ends a ban. By owner and moderators.', [
    'LIMIT_REACHED',
    'TOO_MANY',
  ]),
  accept: words('Join', 'Joins: by an invitation, or an open room.', ['LIMIT_REACHED', 'TOO_MANY']),
  decline: words(
    'Decline an invitation',
    'Whether or not there was one, there is none afterwards.',
    ['TOO_MANY'],
  ),
  leaveRoom: words('Leave for good', 'By everybody but the owner.', ['TOO_MANY']),
  removeMember: words(
    'Remove a member',
    'Takes away a member or an invitation; `ban` keeps the user out as well. By those of a higher role.',
    ['LIMIT_REACHED', 'TOO_MANY'],
  ),
  setRole: words('Give a role', '`owner` hands the room over. By the owner.', ['TOO_MANY']),
  rename: words('Rename a room', 'Gives the room another title. By owner and moderators.', [
    'TOO_MANY',
  ]),
  close: words('Close a room', 'For good, by the owner.', ['TOO_MANY']),
  mine: words('My rooms', 'The rooms that one belongs to, by id, the direct ones last.'),
  invitations: words('My invitations', 'The invitations that wait for one’s answer, by room id.'),
  roster: words('Who belongs here', 'Who belongs to a room, be he there or not, by id.'),
  'me.events': words(
    'Follow one’s own stream',
    'As `events` of a room. Whose stream it is the token says, and nothing else.',
    ['STALE_POSITION', 'RESTARTING'],
  ),
  'me.history': words(
    'Read one’s own stream',
    'A page of one’s own private stream, oldest first.',
    ['STALE_POSITION'],
  ),
  'me.state': words(
    'How far one has seen',
    'How far one has seen the own stream, and how much of it is new.',
  ),
  'me.markSeen': words(
    'Mark as seen',
    'Everything up to a position was seen. Never goes back.',
    READING,
  ),
};

/** The words for every procedure but shorthands. @throws Error for one that has none */
export function wordsFor(name: string): Words {
  const found = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (!found) throw new Error(`description: no words for ${name}`);
  return found;
}

/** The words for a shorthand. */
export function shorthandWords(name: string, type: string, says: string): Words {
  return words(`Publish \`${type}\``, `${name}: publishes \`${type}\`. ${says}`.trim(), [
    ...PUBLISHING,
    'NO_SUCH_EVENT',
    'EVENT_REMOVED',
  ]);
}
