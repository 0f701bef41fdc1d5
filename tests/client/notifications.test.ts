import { expect, it } from 'vitest';
import { createNotifications } from '../../client/me/notifications.ts';
import type { MyBranch } from '../../client/me/my-calls.ts';
import type { MyHandle } from '../../client/me/my-stream.ts';
import { RoomError, type me, type RoomEvent } from '../../shared/index.ts';
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
  const branch = {
    state: { query: () => answer('state', { seen: 'E:2' }) },
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
  return { store, leave, wait, left, show: (frame: unknown) => show(frame) };
}

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
