import { expect, it } from 'vitest';
import { builtInMe } from '../../client/me/built-in-me.ts';
import { createNotifications } from '../../client/me/notifications.ts';
import type { MyBranch } from '../../client/me/my-calls.ts';
import type { MyHandle } from '../../client/me/my-stream.ts';
import { me, RoomError, type RoomEvent } from '../../shared/index.ts';
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

/** One's own stream, whose every question fails `failures` times. `stored`: the offsets that it has. */
function stage(failures: number, stored = [1, 2, 3]) {
  const clock = manualClock();
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
  const server: { seen: string; markSeen: (position: string) => Promise<void> } = {
    seen: 'E:2',
    markSeen: async () => {},
  };
  const branch = {
    state: { query: () => answer('state', { seen: server.seen }) },
    markSeen: {
      mutate: async ({ position }: { position: string }) => {
        told.push(position);
        await server.markSeen(position);
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
  return { store, leave, wait, left, told, server, show: (frame: unknown) => show(frame) };
}

it('a client knows of built-in streams what their contract says', () => {
  const values = Object.entries(me.events).filter(([, { delivery }]) => delivery === 'latest');
  const known = Object.fromEntries(Object.entries(builtInMe.events));
  expect(Object.keys(known)).toEqual(values.map(([type]) => type));
  for (const [type, spec] of values) expect(spec).toMatchObject(known[type] ?? {});
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

const READY = { type: 'ready', position: 'E:3', latest: [], recent: [1, 2, 3].map(notice) };

/** A screen that shows three notices, the first two of which were seen. */
async function shown() {
  const all = stage(0);
  const back = async (start: 'fresh' | 'resumed') => {
    all.show({ ...READY, start });
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
  server.markSeen = async (position) => void (server.seen = position);
  await store.markSeen();
  expect([told, store.getSnapshot().unread]).toEqual([['E:3', 'E:3'], 0]);
});

it('notifications that were seen are not new where only the answer was lost', async () => {
  const { store, told, server, back } = await shown();
  server.markSeen = (position) => {
    server.seen = position;
    return Promise.reject(new RoomError('DISCONNECTED'));
  };
  await expect(store.markSeen()).rejects.toMatchObject({ code: 'DISCONNECTED' });
  await back('resumed');
  expect([told, store.getSnapshot()]).toMatchObject([['E:3'], { seen: 'E:3', unread: 0 }]);
});
