import { limits } from '../../shared/index.ts';
import { defaultPublishLimits, type PublishRate } from '../rooms/publish-limits.ts';
import { serverLimits } from '../transport/server-limits.ts';
import { roomsLimits } from '../transport/ws/options.ts';
import { defaultWireLimits } from '../transport/ws/wire-guard.ts';

/** One limit, as documents show it. */
export interface LimitDescription {
  readonly name: string;
  readonly value: string;
  /** What happens beyond it. Empty: the call is refused as BAD_INPUT. */
  readonly beyond: string;
}

/** Every limit that a client may meet, from the tables that the code reads. */
export function describeLimits(): LimitDescription[] {
  return [
    ...ofMessages(),
    ...ofConnections(),
    ...ofPublishing(),
    ...ofInputs(),
    ...ofStreams(),
    ...ofRooms(),
  ];
}

const row = (name: string, value: string, beyond = ''): LimitDescription => ({
  name,
  value,
  beyond,
});

function ofMessages(): LimitDescription[] {
  const { depth, nodes, bigintDigits, typedArrayBytes, collectionEntries, idLength } =
    defaultWireLimits;
  return [
    row(
      'message or HTTP body from a client',
      bytes(limits.messageBytes),
      'TOO_LARGE, alone even in a batch',
    ),
    row(
      'data of an event, of those that backends publish too',
      bytes(limits.eventBytes),
      'TOO_LARGE',
    ),
    row('WebSocket frame: all calls of one turn', bytes(limits.frameBytes), 'closed with 1009'),
    row(
      'queries and mutations in one frame',
      count(roomsLimits.callsPerFrame),
      'those beyond fail by themselves',
    ),
    row('messages in one frame', count(16 * roomsLimits.callsPerFrame), 'none of them is taken'),
    row('calls in one request over HTTP', count(roomsLimits.callsPerFrame), 'none of them is run'),
    row('request id', `an integer, or a string of 1 to ${idLength} characters`),
    row('depth of an input', count(depth)),
    row('values in one input', count(nodes)),
    row('digits of a bigint', count(bigintDigits)),
    row('typed arrays of one input', bytes(typedArrayBytes)),
    row('entries of a set or map', count(collectionEntries)),
    row(
      'a message from its first byte to its last',
      time(roomsLimits.messageMs),
      'the connection is cut',
    ),
  ];
}

function ofConnections(): LimitDescription[] {
  const full = '503 with Retry-After, before the WebSocket opens';
  return [
    row('connections in all', count(roomsLimits.connections), full),
    row('connections of one address', count(roomsLimits.connectionsPerAddress), full),
    row(
      'connections of one user, HTTP calls under way among them',
      count(serverLimits.connectionsPerUser),
      'closed with 1013, or 503 with Retry-After',
    ),
    row(
      'queries and mutations of a connection at once',
      count(roomsLimits.callsAtOnce),
      'TOO_MANY',
    ),
    row('subscriptions of a connection', count(roomsLimits.subscriptions), 'TOO_MANY'),
    row(
      'bytes of a connection before it is known whose it is',
      bytes(roomsLimits.earlyBytes),
      'closed with 4429',
    ),
    row('`PING`s of a connection', `${roomsLimits.pingsPerSecond}/s`, 'closed with 4429'),
    row('time to authenticate', time(limits.authTimeoutMs), 'closed with 4408'),
    row('token', bytes(limits.tokenBytes), 'TOKEN_REFUSED'),
    row('`sessionId`', characters(limits.sessionIdLength)),
    row(
      'unsent bytes of a connection',
      bytes(roomsLimits.softBytes),
      'its streams pause and catch up later',
    ),
    row(
      'unsent bytes, at most',
      bytes(roomsLimits.hardBytes),
      'the next frame cuts the connection',
    ),
    row('unsent bytes that do not move', time(roomsLimits.stallMs), 'the connection is cut'),
  ];
}

function ofPublishing(): LimitDescription[] {
  const { connection, user, room, presence, notices, refusals } = defaultPublishLimits;
  const refused = 'TOO_MANY with `retryAfterMs`';
  return [
    row('publishing by a connection', rate(connection), refused),
    row('publishing by a user', rate(user), refused),
    row('publishing into a room', rate(room), refused),
    row('presence states of a connection', rate(presence), refused),
    row('whispers, invitations, removals, direct rooms of a user', rate(notices), refused),
    row('refused publishes of a connection', rate(refusals), 'closed with 4429'),
    row('an idempotency key is known for', time(limits.keyWindowMs), 'the publish is a new one'),
    row('answer of the server’s policy', time(limits.authorizeTimeoutMs), 'AUTHORIZE_TIMEOUT'),
  ];
}

function ofInputs(): LimitDescription[] {
  return [
    row('room and user ids', '1 to 128 of `A-Z a-z 0-9 . _ ~ -`, not `.` or `..`'),
    row('idempotency key', '1 to 128 printable ASCII characters, no spaces'),
    row('display name', characters(limits.nameLength)),
    row('title of a room', characters(limits.titleLength)),
    row('whisper', characters(limits.whisperLength)),
    row('position', characters(limits.positionLength)),
    row('presence state', `${bytes(limits.presenceBytes)} as JSON`, 'TOO_LARGE'),
    row('name of a reaction', characters(limits.reactionNameLength)),
    row('names of reactions on one message', count(limits.reactionNames), 'LIMIT_REACHED'),
    row('rooms in one question for unread counts', count(limits.unreadRooms)),
  ];
}

function ofStreams(): LimitDescription[] {
  return [
    row('events replayed to one stream', count(limits.replayEvents), 'a gap, `too-many`'),
    row('frames that wait in a stream', count(limits.feedFrames), 'it reads the log later'),
    row(
      'events in `ready`',
      `${limits.recentDefault}, a kind may say up to ${limits.recentMax}`,
      'the oldest are left out',
    ),
    row('data of events in `ready`', bytes(limits.recentBytes), 'the oldest are left out'),
    row(
      'data in a page of history, and in its changes',
      bytes(limits.historyBytes),
      'the page holds fewer events',
    ),
    row('page of history', `${limits.historyPageMax}, ${limits.historyPageDefault} when not asked`),
    row('page of members', count(limits.membersPage)),
    row(
      'page of rooms, invitations, roster',
      `${limits.listPageMax}, ${limits.listPageDefault} when not asked`,
    ),
    row('users listed in a room', count(limits.listedUsers), 'they are counted'),
    row(
      'users told one by one who do the same',
      count(limits.crowdAbove),
      'they are counted (`crowd`)',
    ),
    row(
      'latest values of a room',
      count(limits.latestValues),
      'the one set longest ago is cleared',
    ),
    row(
      'data of all latest values of a room',
      characters(limits.latestLength),
      'those set longest ago are cleared',
    ),
    row('page of those who reacted to a message', count(limits.reactorsPage)),
    row('unread events are counted up to', count(limits.unreadCount)),
    row(
      'readers of a room who are told of one another',
      count(limits.receiptReaders),
      'they are counted',
    ),
  ];
}

function ofRooms(): LimitDescription[] {
  const reached = 'LIMIT_REACHED';
  return [
    row('members of a room', count(limits.membersPerRoom), reached),
    row('bans of a room', count(limits.bansPerRoom), reached),
    row('invitations into a room', count(limits.invitationsPerRoom), reached),
    row('invitations of a user', count(limits.invitationsPerUser), reached),
    row('invitations of a user by one other', count(limits.invitationsPerUserByOne), reached),
    row('rooms of a user', count(limits.roomsPerUser), reached),
  ];
}

function bytes(value: number): string {
  if (value % (1024 * 1024) === 0) return `${value / (1024 * 1024)} MiB`;
  return value % 1024 === 0 ? `${value / 1024} KiB` : `${value} bytes`;
}

function time(ms: number): string {
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 1_000} s`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function characters(value: number): string {
  return `${count(value)} characters`;
}

function rate({ perSecond, burst }: PublishRate): string {
  return `${perSecond}/s, ${count(burst)} at once`;
}
