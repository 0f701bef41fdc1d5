import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../server/create-rooms.ts';
import { chat } from '../../shared/index.ts';
import { startServer } from '../kit/clients.ts';
import { callsAs, overHttp, overSocket, type As, type Call } from '../kit/rooms-api.ts';
import {
  ACTORS,
  PROCEDURES,
  READS,
  type Actor,
  type Row,
  type Tried,
} from './authorisation-table.ts';

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
          // One owner has only so many invitations for him that wait.
          if (room !== shared) await as(name('invited'), 'decline', { room });
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
