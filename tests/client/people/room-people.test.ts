import { describe, expect, it } from 'vitest';
import { roomPeople } from '../../../client/people/room-people.ts';
import {
  RoomError,
  type chat,
  type FrameOf,
  type Members,
  type Present,
  type PresenceFrame,
} from '../../../shared/index.ts';
import { manualClock } from '../../kit/manual-clock.ts';

type Chat = typeof chat;
type State = { status: 'here' | 'away' };

const user = (id: string, status?: State['status']): Present<State> => ({
  id,
  name: id,
  ...(status && { state: { status } }),
});
const ready = (version: number, ...users: Present<State>[]): FrameOf<Chat> => ({
  type: 'ready',
  start: 'fresh',
  position: 'E:0',
  latest: [],
  presence: { version, count: users.length, users },
});
const news = (frame: Omit<PresenceFrame<State>, 'type'>): FrameOf<Chat> => ({
  type: 'presence',
  ...frame,
});

/** A store whose questions are answered by hand. */
function stage() {
  const asked: ((answer: unknown) => void)[] = [];
  const clock = manualClock();
  const { store, observe, close } = roomPeople<Chat>({
    // An error is an answer, too.
    ask: () =>
      new Promise<never>((resolve, reject) => {
        asked.push((said) => (said instanceof Error ? reject(said) : resolve(said as never)));
      }),
    clock,
    random: () => 0,
  });
  const shown = () => {
    const { users, count, isComplete } = store.getSnapshot();
    return [
      users.map(({ id, state }) => `${id}${state ? ` ${state.status}` : ''}`),
      count,
      isComplete,
    ];
  };
  const answer = async (members: unknown) => {
    asked.shift()?.(members);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { store, observe, close, clock, shown, asked, answer };
}

const members = (version: number, ...users: Present<State>[]): Members<State> => ({
  room: 'r',
  users,
  count: users.length,
  version,
});

describe('the people of a room', () => {
  it('[PRE3] begin with a snapshot and follow what changes', () => {
    const { store, observe, shown, asked } = stage();
    expect(shown()).toEqual([[], 0, false]);
    observe(ready(3, user('ada')));
    observe(news({ version: 4, count: 2, join: [user('bob')] }));
    observe(news({ version: 5, count: 2, update: [user('ada', 'away')] }));
    expect(shown()).toEqual([['ada away', 'bob'], 2, true]);
    const before = store.getSnapshot();
    const leave = [{ id: 'ada', name: 'ada', reason: 'left' as const }];
    observe(news({ version: 6, count: 1, leave }));
    expect(shown()).toEqual([['bob'], 1, true]);
    expect(before.count).toBe(2);
    expect(asked).toHaveLength(0);
  });

  it('[PRE3] are only counted while they are too many, and listed again afterwards', () => {
    const { observe, shown } = stage();
    observe(ready(1, user('ada')));
    observe(news({ version: 2, count: 501 }));
    expect(shown()).toEqual([[], 501, false]);
    observe(news({ version: 3, count: 2, users: [user('ada'), user('bob')] }));
    expect(shown()).toEqual([['ada', 'bob'], 2, true]);
  });

  it('[PRE3] are asked for again when a version is missing, once', async () => {
    const { observe, shown, asked, answer } = stage();
    observe(ready(1, user('ada')));
    observe(news({ version: 3, count: 2, join: [user('bob')] }));
    observe(news({ version: 4, count: 3, join: [user('cy')] }));
    expect(shown()).toEqual([['ada', 'bob', 'cy'], 3, false]);
    expect(asked).toHaveLength(1);
    // What came after the answer was made is not lost, what came before is not done twice.
    await answer(members(3, user('bob')));
    expect(shown()).toEqual([['bob', 'cy'], 3, true]);
    observe(news({ version: 5, count: 3, update: [user('cy', 'here')] }));
    expect(shown()).toEqual([['bob', 'cy here'], 3, true]);
    expect(asked).toHaveLength(0);
  });

  it('[PRE3] are asked for again at the next change, where the answer is none', async () => {
    const { observe, shown, asked, answer } = stage();
    observe(ready(1, user('ada')));
    const nonsense = [undefined, 'x', { users: 'all' }, { version: 9, count: 1, users: [7] }];
    for (const [index, said] of nonsense.entries()) {
      observe(news({ version: 3 + 2 * index, count: 2, join: [user(`u${index}`)] }));
      await answer(said);
    }
    expect(shown().at(-1)).toBe(false);
    observe(news({ version: 50, count: 1, join: [user('bob')] }));
    expect(asked).toHaveLength(1);
    await answer(members(50, user('bob')));
    expect(shown()).toEqual([['bob'], 1, true]);
  });

  it('[PRE3] are asked for again after a failure that passes, though nothing changes any more', async () => {
    const { observe, shown, clock, asked, answer } = stage();
    observe(ready(1, user('ada')));
    observe(news({ version: 3, count: 2, join: [user('bob')] }));
    await answer(new RoomError('LOG_UNAVAILABLE'));
    expect([shown().at(-1), asked.length]).toEqual([false, 0]);
    clock.advance(60_000);
    expect(asked).toHaveLength(1);
    await answer(members(3, user('bob'), user('cy')));
    expect(shown()).toEqual([['bob', 'cy'], 2, true]);
  });

  it('are asked for no more once the room is left', async () => {
    const { observe, close, clock, asked, answer } = stage();
    observe(ready(1, user('ada')));
    observe(news({ version: 3, count: 2, join: [user('bob')] }));
    await answer(new RoomError('DISCONNECTED'));
    close();
    clock.advance(60_000);
    expect(asked).toHaveLength(0);
  });

  it('believe a stream that begins again, not an answer that comes late', async () => {
    const { observe, shown, answer } = stage();
    observe(ready(1, user('ada')));
    observe(news({ version: 3, count: 2, join: [user('bob')] }));
    observe(ready(7, user('cy')));
    await answer(members(3, user('bob')));
    expect(shown()).toEqual([['cy'], 1, true]);
  });

  it('show nobody where an older server does not tell', () => {
    const { observe, shown } = stage();
    observe({ type: 'ready', start: 'fresh', position: 'E:0', latest: [] });
    expect(shown()).toEqual([[], 0, false]);
  });
});
