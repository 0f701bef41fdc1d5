import { expect, it } from 'vitest';
import { roomUnread } from '../../client/life/room-unread.ts';
import type { LifeCalls } from '../../client/life/life-calls.ts';
import type { RoomState } from '../../client/room.ts';
import { chat, RoomError } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

function stage() {
  const clock = manualClock();
  const told: string[] = [];
  const answers: ((answer: object) => void)[] = [];
  const markRead = (position: string) => {
    told.push(position);
    return new Promise((resolve, reject) => {
      answers.push((answer) => {
        if (answer instanceof RoomError) reject(answer);
        else resolve({ room: 'r', position, version: 1, unread: 0, to: position, ...answer });
      });
    });
  };
  const listeners: ((state: RoomState) => void)[] = [];
  const frames: ((frame: never) => void)[] = [];
  const room = {
    current: { state: 'joining' } as RoomState,
    onFrame: (listener: (frame: never) => void) => {
      frames.push(listener);
      return () => {};
    },
    subscribe: (listener: (state: RoomState) => void) => {
      listeners.push(listener);
      return () => {};
    },
  };
  const states: ((state: object) => void)[] = [];
  const ask = () =>
    new Promise((resolve) => {
      states.push((state) => resolve({ me: 'ada', state: { room: 'r', version: 1, ...state } }));
    });
  const unmarks: ((answer: object) => void)[] = [];
  const markUnread = () =>
    new Promise((resolve, reject) => {
      unmarks.push((answer) => (answer instanceof RoomError ? reject(answer) : resolve(answer)));
    });
  const calls = { markRead, markUnread, unread: ask } as unknown as LifeCalls;
  const unread = roomUnread({ kind: chat, room, calls, clock, random: () => 0 });
  const answer = async (how: object = {}) => {
    answers.shift()?.(how);
    await settle();
  };
  const leave = () => {
    for (const listener of listeners) listener({ state: 'left' });
  };
  const show = (frame: object) => {
    for (const take of frames) take(frame as never);
  };
  /** What the server has counted, where it was asked last. */
  const say = async (state: object) => {
    states.splice(0).at(-1)?.(state);
    await settle();
  };
  /** Answers what was marked unread last. */
  const answerUnread = async (how: object) => {
    unmarks.shift()?.(how);
    await settle();
  };
  return { clock, told, unread, answer, answerUnread, leave, room, show, say };
}

it('what was read within the last second is said when the room is left', async () => {
  const { told, unread, answer, leave } = stage();
  unread.markRead('E:1');
  await answer();
  unread.markRead('E:2');
  leave();
  expect(told).toEqual(['E:1', 'E:2']);
  await answer();
});

it('what was read while the server was being told is said after that, the room left or not', async () => {
  const { clock, told, unread, answer, leave } = stage();
  unread.markRead('E:1');
  unread.markRead('E:2');
  leave();
  expect(told).toEqual(['E:1']);
  await answer();
  expect(told).toEqual(['E:1', 'E:2']);
  await answer();
  unread.markRead('E:3');
  expect(told).toEqual(['E:1', 'E:2', 'E:3']);
  await answer();
  clock.advance(60_000);
  expect(told).toHaveLength(3);
});

it('after a gap everything up to where the stream stands is read, not up to what it showed before', async () => {
  const { told, unread, answer, room, show } = stage();
  unread.subscribe(() => {});
  const by = { id: 'bob', name: 'Bob' };
  show({ type: 'event', event: { type: 'message', position: 'E:5', by, data: { text: 'x' } } });
  room.current = { state: 'joined', position: 'E:50' } as RoomState;
  show({ type: 'gap', from: 'E:5', to: 'E:50', reason: 'trimmed' });
  unread.markRead();
  expect(told).toEqual(['E:50']);
  await answer();
});

it('what was read in another epoch than the server has counted in takes nothing from its count', async () => {
  const { unread, show } = stage();
  unread.markRead('E:100');
  show({ type: 'unread', unread: 3, position: 'F:2', version: 0, to: 'F:9' });
  expect(unread.getSnapshot()).toMatchObject({ count: 3, isKnown: true });
});

const READY = { type: 'ready', start: 'resumed' };

it('is told once a second at most, though a listener reads on whenever something is unread', async () => {
  const { clock, told, unread, answer, leave } = stage();
  unread.subscribe(() => {
    if (unread.getSnapshot().count > 0) unread.markRead('E:90');
  });
  unread.markRead('E:1');
  for (let times = 1; times < 5; times += 1) {
    expect(told).toHaveLength(times);
    await answer({ position: `E:${times}`, unread: 90 - times, to: 'E:90' });
    clock.advance(999);
    expect(told).toHaveLength(times);
    clock.advance(1);
  }
  leave();
  for (let times = 0; times < 5; times += 1)
    await answer({ position: 'E:5', to: 'E:90', unread: 80 });
  expect(told).toHaveLength(5);
});

it('is not told again what it has refused for good, though a listener reads whenever something is unread', async () => {
  const { clock, told, unread, answer, show, say } = stage();
  unread.subscribe(() => {
    if (unread.getSnapshot().count > 0) unread.markRead('E:7');
  });
  show(READY);
  await say({ unread: 3, position: 'E:4', to: 'E:7' });
  expect([told, unread.getSnapshot().count]).toEqual([['E:7'], 0]);
  await answer(new RoomError('FORBIDDEN'));
  for (let times = 0; times < 10; times += 1) {
    clock.advance(1_000);
    await answer(new RoomError('FORBIDDEN'));
  }
  expect(told).toEqual(['E:7']);
  expect(unread.getSnapshot()).toMatchObject({ count: 3, error: { code: 'FORBIDDEN' } });
  // Whoever comes back may have been allowed to.
  show(READY);
  await say({ unread: 4, position: 'E:4', to: 'E:8' });
  clock.advance(1_000);
  expect(told).toEqual(['E:7', 'E:7']);
});

it('what was read further on is said, though what was said before it is refused', async () => {
  const { clock, told, unread, answer } = stage();
  unread.markRead('E:5');
  unread.markRead('F:2');
  await answer(new RoomError('STALE_POSITION'));
  clock.advance(1_000);
  expect(told).toEqual(['E:5', 'F:2']);
  await answer();
  expect(unread.getSnapshot().position).toBe('F:2');
});

it('what was read is said again where the answer was lost, and counts as read all the time', async () => {
  const { clock, told, unread, answer, show, say } = stage();
  unread.subscribe(() => {});
  show(READY);
  await say({ unread: 3, position: 'E:4', to: 'E:7' });
  unread.markRead('E:7');
  await answer(new RoomError('DISCONNECTED'));
  expect(unread.getSnapshot()).toMatchObject({ count: 0, position: 'E:7' });
  clock.advance(1_000);
  expect(told).toEqual(['E:7', 'E:7']);
  await answer();
  clock.advance(60_000);
  expect([told.length, unread.getSnapshot().count]).toEqual([2, 0]);
});

it('what was read is not said again where the server says after the reconnect that it has heard it', async () => {
  const { clock, told, unread, answer, show, say } = stage();
  unread.subscribe(() => {});
  show(READY);
  await say({ unread: 3, position: 'E:4', to: 'E:7' });
  unread.markRead('E:7');
  await answer(new RoomError('DISCONNECTED'));
  show(READY);
  await say({ unread: 1, position: 'E:7', to: 'E:8' });
  clock.advance(60_000);
  expect([told, unread.getSnapshot().count]).toEqual([['E:7'], 1]);
});

it('what was marked unread elsewhere, while an answer was lost, stays unread', async () => {
  const { clock, told, unread, answer, show, say } = stage();
  unread.subscribe(() => {});
  show(READY);
  await say({ unread: 3, position: 'E:4', to: 'E:7' });
  unread.markRead('E:7');
  await answer(new RoomError('DISCONNECTED'));
  show(READY);
  await say({ unread: 2, position: 'E:5', version: 2, to: 'E:7' });
  clock.advance(60_000);
  expect([told, unread.getSnapshot().count]).toEqual([['E:7'], 2]);
});

/** Read up to E:4 as the server has it, and further on here, which it has not heard yet. */
async function readFurther() {
  const parts = stage();
  const { unread, show, say, answer, clock } = parts;
  unread.subscribe(() => {});
  show(READY);
  await say({ unread: 5, position: 'E:2', to: 'E:9' });
  unread.markRead('E:3');
  unread.markRead('E:7');
  await answer({ unread: 6, to: 'E:9' });
  expect(unread.getSnapshot().position).toBe('E:7');
  return { ...parts, tick: () => clock.advance(1_000) };
}

it('what was read is said all the same where it could not be marked unread', async () => {
  const { told, unread, answerUnread, tick } = await readFurther();
  const failed = expect(unread.markUnread('E:5')).rejects.toMatchObject({ code: 'DISCONNECTED' });
  await answerUnread(new RoomError('DISCONNECTED'));
  await failed;
  expect(unread.getSnapshot()).toMatchObject({ count: 6, position: 'E:7' });
  tick();
  expect(told).toEqual(['E:3', 'E:7']);
});

it('what was read is not said where it was marked unread, and only the answer was lost', async () => {
  const { told, unread, show, answerUnread, tick } = await readFurther();
  const failed = expect(unread.markUnread('E:5')).rejects.toMatchObject({ code: 'DISCONNECTED' });
  show({ type: 'unread', unread: 5, position: 'E:4', version: 2, to: 'E:9' });
  await answerUnread(new RoomError('DISCONNECTED'));
  await failed;
  tick();
  expect(told).toEqual(['E:3']);
  expect(unread.getSnapshot()).toMatchObject({ count: 5, position: 'E:4' });
});
