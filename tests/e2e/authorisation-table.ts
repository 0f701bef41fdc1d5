/** Who asks, by what he is in the room. */
export const ACTORS = ['owner', 'moderator', 'member', 'invited', 'banned', 'stranger'] as const;
/** One of them. */
export type Actor = (typeof ACTORS)[number];

/** `y`: it is done. `.`: FORBIDDEN. In the order of ACTORS. */
export type Row = string;

/** A call, and who may make it where. */
export interface Tried {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly path: string;
  readonly input: object;
  readonly open: Row;
  readonly private: Row;
  /** Two are in it, without ranks: the first and the third. The others are strangers. */
  readonly direct: Row;
  /** Closed, never made under an id of the server's: nothing for anybody. Default `......` */
  readonly gone?: Row;
  /** A room that nobody has made. */
  readonly unmade: Row;
}

const reading = { open: 'yyyy.y', private: 'yyy...', direct: 'y.y...', unmade: 'yyyyyy' };
const nobody = { direct: '......', unmade: '......' };
const extra = { user: 'extra' };

/** Every procedure of a room, by what it is called here. */
export const PROCEDURES: Readonly<Record<string, Tried>> = {
  events: { type: 'subscription', path: 'events', input: {}, ...reading },
  resume: { type: 'subscription', path: 'events', input: { lastEventId: 'E:0' }, ...reading },
  history: { type: 'query', path: 'history', input: {}, ...reading },
  members: { type: 'query', path: 'members', input: {}, ...reading },
  send: { type: 'mutation', path: 'send', input: { text: 'hi' }, ...reading },
  publish: {
    type: 'mutation',
    path: 'publish',
    input: { type: 'message', data: { text: 'hi' } },
    ...reading,
  },
  typing: { type: 'mutation', path: 'typing', input: { typing: true }, ...reading },
  setPresence: {
    type: 'mutation',
    path: 'setPresence',
    input: { state: { status: 'here' } },
    ...reading,
  },
  // Of a message that is not there: whoever may ask is told so.
  edit: {
    type: 'mutation',
    path: 'edit',
    input: { target: '@0', data: { text: 'x' } },
    ...reading,
  },
  remove: { type: 'mutation', path: 'remove', input: { target: '@0' }, ...reading },
  react: {
    type: 'mutation',
    path: 'react',
    input: { target: '@0', name: '+1', on: true },
    ...reading,
  },
  reactors: { type: 'query', path: 'reactors', input: { target: '@0' }, ...reading },
  markRead: { type: 'mutation', path: 'markRead', input: { position: '@0' }, ...reading },
  markUnread: { type: 'mutation', path: 'markUnread', input: { position: '@0' }, ...reading },
  receipts: { type: 'query', path: 'receipts', input: {}, ...reading },
  // To `extra`, who belongs to the rooms that have members; nobody is in the one that nobody has made.
  whisper: {
    type: 'mutation',
    path: 'whisper',
    input: { to: 'extra', text: 'psst' },
    ...reading,
    direct: '......',
    unmade: '......',
  },
  roster: { type: 'query', path: 'roster', input: {}, ...reading, unmade: '......' },
  invite: {
    type: 'mutation',
    path: 'invite',
    input: { user: 'newcomer' },
    open: 'yy....',
    private: 'yy....',
    ...nobody,
  },
  'invite a moderator': {
    type: 'mutation',
    path: 'invite',
    input: { user: 'newcomer', role: 'moderator' },
    open: 'y.....',
    private: 'y.....',
    ...nobody,
  },
  accept: {
    type: 'mutation',
    path: 'accept',
    input: {},
    open: 'yyyy.y',
    private: 'yyyy..',
    direct: 'y.y...',
    unmade: '......',
  },
  decline: {
    type: 'mutation',
    path: 'decline',
    input: {},
    open: 'yyyyyy',
    private: 'yyyyyy',
    direct: 'yyyyyy',
    gone: 'yyyyyy',
    unmade: 'yyyyyy',
  },
  leaveRoom: {
    type: 'mutation',
    path: 'leaveRoom',
    input: {},
    open: '.yy...',
    private: '.yy...',
    ...nobody,
  },
  'remove a member': {
    type: 'mutation',
    path: 'removeMember',
    input: extra,
    open: 'yy....',
    private: 'yy....',
    ...nobody,
  },
  'remove the moderator': {
    type: 'mutation',
    path: 'removeMember',
    input: { user: '#moderator' },
    open: 'y.....',
    private: 'y.....',
    ...nobody,
  },
  'remove the owner': {
    type: 'mutation',
    path: 'removeMember',
    input: { user: '#owner' },
    open: '......',
    private: '......',
    ...nobody,
  },
  'ban a member': {
    type: 'mutation',
    path: 'removeMember',
    input: { ...extra, ban: true },
    open: 'yy....',
    private: 'yy....',
    ...nobody,
  },
  'ban somebody else': {
    type: 'mutation',
    path: 'removeMember',
    input: { user: 'anybody', ban: true },
    open: 'yy....',
    private: 'yy....',
    ...nobody,
  },
  setRole: {
    type: 'mutation',
    path: 'setRole',
    input: { ...extra, role: 'moderator' },
    open: 'y.....',
    private: 'y.....',
    ...nobody,
  },
  'hand over': {
    type: 'mutation',
    path: 'setRole',
    input: { ...extra, role: 'owner' },
    open: 'y.....',
    private: 'y.....',
    ...nobody,
  },
  'set the own role': {
    type: 'mutation',
    path: 'setRole',
    input: { user: '#self', role: 'owner' },
    open: '......',
    private: '......',
    ...nobody,
  },
  rename: {
    type: 'mutation',
    path: 'rename',
    input: { title: 'other' },
    open: 'yy....',
    private: 'yy....',
    ...nobody,
  },
  close: {
    type: 'mutation',
    path: 'close',
    input: {},
    open: 'y.....',
    private: 'y.....',
    ...nobody,
  },
};

/** What leaves the room as it is, but for an event or two. */
export const READS = new Set([
  'edit',
  'remove',
  'react',
  'reactors',
  'markRead',
  'markUnread',
  'receipts',
  'events',
  'resume',
  'history',
  'members',
  'send',
  'publish',
  'typing',
  'setPresence',
  'whisper',
  'roster',
]);
