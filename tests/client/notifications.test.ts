import { expect, it } from 'vitest';
import { builtInMe } from '../../client/me/built-in-me.ts';
import { createNotifications } from '../../client/me/notifications.ts';
import type { MyBranch } from '../../client/me/my-calls.ts';
import type { MyHandle } from '../../client/me/my-stream.ts';
import { me, RoomError, type MeState, type RoomEvent } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

type Me = typeof me;

const notice = (offset: number): RoomEvent => ({
  id: `E:${offset}`,
  position: `E:${offset}`,
  type: 'notification',
  data: {},
  by: { id: 'ada', name: 'Ada' },
  at: new Date(0),
});

/** One's own stream, whose every question fails `failures` times. `stored`: the offsets that it has, `state`: what the
 *  server says of it. */
function stage(
  failures: number,
  stored = [1, 2, 3],
  state: MeState = { seen: 'E:2', unread: 1, to: 'E:3' },
) {
  const clock = manualClock();
  const said = { state };
  const left = { history: failures, state: failures };
  const answer = async <T>(what: keyof typeof left, value: T): Promise<T> => {
    left[what] -= 1;
    if (left[what] >= 0) throw new RoomError('LOG_UNAVAILABLE');
    return value;
  };
  let show: (frame: unknown) => void = () => {};
  const handle = {
    onFrame: (listener: (frame: never) => void) => {
      show = listener as typeof show;
      return () => {};
    },
    history: () => answer('history', { events: stored.map(notice), hasMore: false }),
    leave: () => {},
  } as unknown as MyHandle<Me>;
  const told: string[] = [];
  const server = {
    markSeen: async (position: string): Promise<MeState> => ({ ...said.state, seen: position }),
  };
  const branch = {
    state: { query: () => answer('state', said.state) },
    markSeen: {
      mutate: async ({ position }: { position: string }) => {
        told.push(position);
        return server.markSeen(position);
      },
    },
  } as unknown as MyBranch<Me>;
  const { now, after } = clock;
  const options = { now, after, random: () => 0, userId: () => 'bob' };
  const store = createNotifications<Me>(branch, () => handle, options);
  const leave = store.subscribe(() => {});
  const wait = async () => {
    await settle();
    clock.advance(1_000);
    await settle();
  };
  return { store, leave, wait, left, said, told, server, show: (frame: unknown) => show(frame) };
}

it('a client knows of built-in streams what their contract says', () => {
  const known = Object.fromEntries(Object.entries(builtInMe.events));
  expect(Object.keys(known)).toEqual(Object.keys(me.events));
  expect(me.events).toMatchObject(known);
  const { name, shorthands, whispers, membership } = me;
  expect(builtInMe).toMatchObject({ name, shorthands, whispers, membership });
});

it('notifications have no hole after a gap, though the first attempts to fill it fail', async () => {
  const { store, wait, show } = stage(2);
  show({ type: 'event', event: notice(1) });
  show({ type: 'gap', reason: 'retention', from: 'E:1', to: 'E:3' });
  for (let times = 0; times < 2; times += 1) await wait();
  expect(store.getSnapshot().events.map(({ position }) => position)).toEqual(['E:1', 'E:2', 'E:3']);
});

it('notifications keep what comes after a gap while nothing is found before it', async () => {
  const { store, wait, show } = stage(0, []);
  show({ type: 'event', event: notice(1) });
  show({ type: 'gap', reason: 'expired', from: 'E:1', to: 'E:3' });
  show({ type: 'event', event: notice(4) });
  await wait();
  expect(store.getSnapshot().events.map(({ position }) => position)).toEqual(['E:4']);
});

it('notifications learn what was seen elsewhere, though the first attempts to ask fail', async () => {
  const { store, wait, show } = stage(2);
  show({
    type: 'ready',
    start: 'fresh',
    position: 'E:3',
    latest: [],
    recent: [1, 2, 3].map(notice),
  });
  for (let times = 0; times < 2; times += 1) await wait();
  expect(store.getSnapshot()).toMatchObject({ seen: 'E:2', unread: 1 });
});

it('notifications ask no more once nobody listens', async () => {
  const { store, leave, wait, left, show } = stage(5);
  show({ type: 'gap', reason: 'retention', from: 'E:1', to: 'E:3' });
  await settle();
  leave();
  await wait();
  expect([left.history, store.getSnapshot().events]).toEqual([4, []]);
});

const ready = (recent: number[]) => ({
  type: 'ready',
  start: 'fresh',
  position: `E:${recent.at(-1) ?? 0}`,
  latest: [],
  recent: recent.map(notice),
});

it('[USR1] notifications count what is new as the server does, though less of it is shown', async () => {
  const { store, wait, show } = stage(0, [], { seen: null, unread: 60, to: 'E:60' });
  show(ready([59, 60]));
  await wait();
  expect(store.getSnapshot()).toMatchObject({ unread: 60, events: [{}, {}] });
  show({ type: 'event', event: notice(61) });
  expect(store.getSnapshot().unread).toBe(61);
});

it('[USR1] notifications have it counted anew after a gap, and where it was seen elsewhere', async () => {
  const { store, wait, show, said } = stage(0, [], { seen: null, unread: 60, to: 'E:60' });
  show(ready([59, 60]));
  await wait();
  said.state = { seen: null, unread: 500, to: 'E:500' };
  show({ type: 'gap', reason: 'too-many', from: 'E:60', to: 'E:500' });
  await wait();
  expect(store.getSnapshot().unread).toBe(500);
  said.state = { seen: 'E:400', unread: 97, to: 'E:500' };
  show({ type: 'event', event: { ...notice(500), type: 'seen', data: { position: 'E:400' } } });
  await wait();
  expect(store.getSnapshot()).toMatchObject({ seen: 'E:400', unread: 97 });
  said.state = { seen: 'E:400', unread: 96, to: 'E:500' };
  show({ type: 'erased', position: 'E:450' });
  await wait();
  expect(store.getSnapshot().unread).toBe(96);
});

it('[USR1] notifications have what is left told by what marks them as seen', async () => {
  const { store, wait, show, said, leave } = stage(0, [], { seen: null, unread: 2, to: 'E:2' });
  show(ready([1, 2]));
  await wait();
  // One more is there than was shown when it was marked.
  said.state = { seen: null, unread: 1, to: 'E:3' };
  const marking = store.markSeen();
  // Not before the server has it.
  expect(store.getSnapshot().unread).toBe(2);
  await marking;
  expect(store.getSnapshot()).toMatchObject({ seen: 'E:2', unread: 1 });
  const late = store.markSeen();
  leave();
  await late;
  expect(store.getSnapshot()).toEqual({ events: [], unread: 0, seen: null });
});

/** A screen that shows three notices, the first two of which were seen. */
async function shown() {
  const all = stage(0);
  const back = async (start: 'fresh' | 'resumed') => {
    all.show({ ...ready([1, 2, 3]), start });
    await settle();
  };
  await back('fresh');
  expect(all.store.getSnapshot()).toMatchObject({ seen: 'E:2', unread: 1 });
  return { ...all, back };
}

it('notifications that the server has not heard of as seen are new still, and its caller is told', async () => {
  const { store, told, server, back } = await shown();
  server.markSeen = () => Promise.reject(new RoomError('DISCONNECTED'));
  await expect(store.markSeen()).rejects.toMatchObject({ code: 'DISCONNECTED' });
  expect(store.getSnapshot()).toMatchObject({ seen: 'E:2', unread: 1 });
  await back('resumed');
  // Nobody says it again by himself.
  expect([told, store.getSnapshot().unread]).toEqual([['E:3'], 1]);
  server.markSeen = async (position) => ({ seen: position, unread: 0, to: position });
  await store.markSeen();
  expect([told, store.getSnapshot().unread]).toEqual([['E:3', 'E:3'], 0]);
});

it('notifications that were seen are not new where only the answer was lost', async () => {
  const { store, told, server, said, back } = await shown();
  server.markSeen = (position) => {
    said.state = { seen: position, unread: 0, to: position };
    return Promise.reject(new RoomError('DISCONNECTED'));
  };
  await expect(store.markSeen()).rejects.toMatchObject({ code: 'DISCONNECTED' });
  await back('resumed');
  expect([told, store.getSnapshot()]).toMatchObject([['E:3'], { seen: 'E:3', unread: 0 }]);
});
