import { describe, expect, it } from 'vitest';
import { startServer } from '../kit/clients.ts';
import { callsAs, overHttp, overSocket, type As, type Call } from '../kit/rooms-api.ts';

const ACTORS = ['owner', 'moderator', 'member', 'invited', 'banned', 'stranger'] as const;
type Actor = (typeof ACTORS)[number];

// `y`: it is done. `.`: FORBIDDEN. In the order of ACTORS.
type Row = string;

interface Tried {
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
const PROCEDURES: Readonly<Record<string, Tried>> = {
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

/** A room with everybody in his place. Users are named `<visibility>-<actor>`. */
async function madeRoom(as: As, name: (actor: Actor) => string, isPrivate: boolean) {
  const { room } = await as(name('owner'), 'create', { title: 'x', private: isPrivate });
  const owner = (path: string, input: object) => as(name('owner'), path, { room, ...input });
  await owner('invite', { user: name('moderator'), role: 'moderator' });
  await as(name('moderator'), 'accept', { room });
  for (const user of [name('member'), 'extra']) {
    await owner('invite', { user });
    await as(user, 'accept', { room });
  }
  await owner('invite', { user: name('invited') });
  await owner('removeMember', { user: name('banned'), ban: true });
  return room;
}

let count = 0;
type Place = 'open' | 'private' | 'direct' | 'closed' | 'absent' | 'unmade';

async function roomAt(as: As, place: Place, name: (actor: Actor) => string): Promise<string> {
  count += 1;
  switch (place) {
    case 'open':
    case 'private':
      return madeRoom(as, name, place === 'private');
    case 'direct':
      return (await as(name('owner'), 'direct', { user: name('member') })).room;
    case 'closed': {
      const room = await madeRoom(as, name, true);
      await as(name('owner'), 'close', { room });
      return room;
    }
    case 'absent':
      return `p~nothing-${count}`;
    case 'unmade':
      return `unmade-${count}`;
  }
}

function expectedOf(tried: Tried, place: Place): Row {
  return place === 'closed' || place === 'absent' ? (tried.gone ?? '......') : tried[place];
}

const READS = new Set([
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

describe.each([
  ['WebSocket', overSocket],
  ['HTTP', overHttp],
] as const)('[AUT1] who may do what, over %s', (_, open) => {
  it.each(['open', 'private', 'direct', 'closed', 'absent', 'unmade'] as const)(
    'in a room that is %s',
    { timeout: 120_000 },
    async (place) => {
      const server = await startServer({ publishing: 'off' });
      const as = callsAs(server);
      const name = (actor: Actor) => `${place}-${actor}`;
      const calls = new Map<Actor, Call>();
      for (const actor of ACTORS) calls.set(actor, await open(server, name(actor)));
      // What only reads or publishes leaves the room as it is.
      const shared = await roomAt(as, place, name);
      for (const [what, tried] of Object.entries(PROCEDURES)) {
        let row = '';
        for (const actor of ACTORS) {
          const room = READS.has(what) ? shared : await roomAt(as, place, name);
          const input = filledIn({ room, ...tried.input }, name, actor);
          const answer = await calls.get(actor)?.(tried.type, `chat.${tried.path}`, input);
          row += symbolOf(answer?.outcome);
        }
        expect([what, row]).toEqual([what, expectedOf(tried, place)]);
      }
    },
  );

  it('answers byte for byte the same, be the room closed, private, or not there at all', async () => {
    const server = await startServer({ publishing: 'off' });
    const as = callsAs(server);
    const name = (actor: Actor) => `secret-${actor}`;
    const eve = await open(server, 'eve');
    const rooms = [
      await roomAt(as, 'private', name),
      await roomAt(as, 'closed', name),
      await roomAt(as, 'direct', name),
      'p~nothing',
      'd~nothing',
    ];
    for (const [what, tried] of Object.entries(PROCEDURES)) {
      const answers = new Set<string>();
      for (const room of rooms) {
        const input = filledIn({ room, ...tried.input }, name, 'stranger');
        const { bytes } = await eve(tried.type, `chat.${tried.path}`, input);
        answers.add(bytes.replaceAll(room, 'ROOM'));
      }
      expect([what, answers.size]).toEqual([what, 1]);
    }
  });
});

function filledIn(input: object, name: (actor: Actor) => string, self: Actor): object {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'string' || !value.startsWith('#')) return [key, value];
      return [key, value === '#self' ? name(self) : name(value.slice(1) as Actor)];
    }),
  );
}

function symbolOf(outcome: string | undefined): string {
  // Whoever is let in and has no seat is told so: that is no question of rights.
  if (outcome === 'ok' || outcome === 'NOT_PRESENT') return 'y';
  return outcome === 'FORBIDDEN' ? '.' : `(${outcome})`;
}
