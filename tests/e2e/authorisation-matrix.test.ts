import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../server/create-rooms.ts';
import { chat } from '../../shared/index.ts';
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

const LET_IN = new Set(['ok', 'NOT_PRESENT', 'NO_SUCH_EVENT', 'STALE_POSITION']);

const READS = new Set([
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

describe.each([
  ['WebSocket', overSocket],
  ['HTTP', overHttp],
] as const)('[AUT1] who may do what, over %s', (_, open) => {
  it.each(['open', 'private', 'direct', 'closed', 'absent', 'unmade'] as const)(
    'in a room that is %s',
    { timeout: 120_000 },
    async (place) => {
      const server = await startServer({ publishing: 'off' });
      const as = callsAs(server, overSocket);
      const name = (actor: Actor) => `${place}-${actor}`;
      const calls = new Map<Actor, Call>();
      for (const actor of ACTORS) calls.set(actor, await open(server, name(actor)));
      // What only reads or publishes leaves the room as it is.
      const shared = await roomAt(as, place, name);
      const epoch = await epochOf(as);
      for (const [what, tried] of Object.entries(PROCEDURES)) {
        let row = '';
        for (const actor of ACTORS) {
          const room = READS.has(what) ? shared : await roomAt(as, place, name);
          const input = filledIn({ room, ...tried.input }, { name, self: actor, epoch });
          const answer = await calls.get(actor)?.(tried.type, `chat.${tried.path}`, input);
          row += symbolOf(answer?.outcome);
        }
        expect([what, row]).toEqual([what, expectedOf(tried, place)]);
      }
    },
  );

  it('answers byte for byte the same, be the room closed, private, or not there at all', async () => {
    const server = await startServer({ publishing: 'off' });
    const as = callsAs(server, overSocket);
    const name = (actor: Actor) => `secret-${actor}`;
    const eve = await open(server, 'eve');
    const epoch = await epochOf(as);
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
        const input = filledIn({ room, ...tried.input }, { name, self: 'stranger', epoch });
        const { bytes } = await eve(tried.type, `chat.${tried.path}`, input);
        answers.add(bytes.replaceAll(room, 'ROOM'));
      }
      expect([what, answers.size]).toEqual([what, 1]);
    }
  });
});

describe('[AUT1] this table', () => {
  it('has every procedure of the kind that names a room', async () => {
    const rooms = await createRooms({ rooms: { chat }, dataDir: null });
    onTestFinished(() => rooms.close());
    const asked = new Set(Object.values(PROCEDURES).map(({ path }) => path));
    // Of one's own, of people, or of many rooms at once: the next test.
    const others = ['create', 'direct', 'mine', 'invitations', 'unread'];
    const all = [...asked, ...others].toSorted();
    expect(Object.keys(rooms.routers.chat).toSorted()).toEqual(all);
  });

  it('leaves a room that is not for the caller out of a list, whether it is there or not', async () => {
    const server = await startServer({ publishing: 'off' });
    const as = callsAs(server, overSocket);
    const room = await roomAt(as, 'private', (actor) => `x-${actor}`);
    const eve = await overHttp(server, 'eve');
    for (const rooms of [[room], ['p~nothing']]) {
      const { bytes } = await eve('query', 'chat.unread', { rooms });
      expect(JSON.parse(bytes)).toMatchObject({ result: { data: { json: { rooms: [] } } } });
    }
  });
});

/** The life of the log that positions are of. */
async function epochOf(as: As): Promise<string> {
  const { position } = await as<{ position: string }>('clock', 'send', {
    room: 'clock',
    text: 'x',
  });
  return position.split(':')[0] ?? '';
}

interface Gaps {
  readonly name: (actor: Actor) => string;
  readonly self: Actor;
  readonly epoch: string;
}

/** `#owner` is the id of the owner, `@0` a position of this epoch. */
function filledIn(input: object, { name, self, epoch }: Gaps): object {
  return Object.fromEntries(
    Object.entries(input).map(([key, value]: [string, unknown]) => {
      if (typeof value !== 'string') return [key, value];
      if (value.startsWith('@')) return [key, `${epoch}:${value.slice(1)}`];
      if (!value.startsWith('#')) return [key, value];
      return [key, value === '#self' ? name(self) : name(value.slice(1) as Actor)];
    }),
  );
}

function symbolOf(outcome: string | undefined): string {
  // Whoever is let in and asks for what is not there is told so: that is no question of rights.
  if (LET_IN.has(outcome ?? '')) return 'y';
  return outcome === 'FORBIDDEN' ? '.' : `(${outcome})`;
}
