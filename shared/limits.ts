import { clientLimits } from './client-limits.ts';

/** One minute, hour and day in milliseconds. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Room and user ids: 1 to 128 of these characters, and neither `.` nor `..`. */
export const ROOM_ID = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;

/** Idempotency keys: 1 to 128 printable ASCII characters without spaces. */
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

/** The limits that both sides know. Sizes in bytes, counts in items, times in milliseconds. */
export const limits = {
  ...clientLimits,
  /** Largest data of one event as JSON, whoever publishes it: clients are stopped by `messageBytes` before. */
  eventBytes: 256 * 1024,
  /** Largest WebSocket frame: clients put all calls of one turn into one. */
  frameBytes: 1024 * 1024,
  /** Largest token taken. */
  tokenBytes: 8 * 1024,
  /** Longest display name, in characters as people count them. */
  nameLength: 64,
  /** Longest title of a room, in characters as people count them. */
  titleLength: 100,
  /** Members of one room that has membership. */
  membersPerRoom: 5_000,
  /** Users that are kept out of one room. */
  bansPerRoom: 1_000,
  /** Invitations that wait for an answer: into one room, for one user, and for one user by the same other. */
  invitationsPerRoom: 500,
  invitationsPerUser: 100,
  invitationsPerUserByOne: 20,
  /** Rooms that a user belongs to, and as many direct ones that he has opened. */
  roomsPerUser: 500,
  /** Entries in one page of rooms, invitations or members: most, and when not asked. */
  listPageMax: 100,
  listPageDefault: 50,
  /** Longest whisper, in UTF-16 units. */
  whisperLength: 4_000,
  /** Events in one page of history, when not asked. */
  historyPageDefault: 50,
  /** Data in one page of history, and in the changes that come with it. */
  historyBytes: 256 * 1024,
  /** Most events replayed to one resuming feed; beyond it the feed starts fresh (`too-many`). */
  replayEvents: 10_000,
  /** Frames that wait in a feed before it leaves the live stream and reads the log instead (RES5). */
  feedFrames: 256,
  /** Latest values that a room holds, and their data as text in UTF-16 units; beyond, those set longest ago
   *  are cleared. */
  latestValues: 1_000,
  latestLength: 1024 * 1024,
  /** Users of a room who are listed; above, they are counted (PRE3). */
  listedUsers: 500,
  /** Once counted, users are listed again when there are no more than this. */
  listedAgain: 450,
  /** Users in one page of `members`: most, and when not asked. */
  membersPage: 500,
  /** Largest presence state, as JSON text. */
  presenceBytes: 512,
  /** Those who do one thing and are told one by one; above, they are counted (TYP1). */
  crowdAbove: 20,
  /** Durable events in `ready`: when the kind does not say, most, and their data in bytes. */
  recentDefault: 50,
  recentMax: 200,
  recentBytes: 128 * 1024,
  /** Most keys a room of the memory log remembers (SND1). */
  memoryKeys: 100_000,
  /** Longest name of a reaction, in UTF-16 units, and most different names on one event. */
  reactionNameLength: 64,
  reactionNames: 20,
  /** Users in one answer of `reactors`. */
  reactorsPage: 100,
  /** Rooms in one question for unread counts. */
  unreadRooms: 50,
  /** How long `authorize` may take to answer. */
  authorizeTimeoutMs: 10_000,
} as const;
