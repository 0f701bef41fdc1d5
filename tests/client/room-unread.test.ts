import { expect, it } from 'vitest';
import { roomUnread } from '../../client/life/room-unread.ts';
import type { LifeCalls } from '../../client/life/life-calls.ts';
import type { RoomState } from '../../client/room.ts';
import { chat } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

function stage() {
  const clock = manualClock();
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const markRead = (position: string) => {
    told.push(position);
    return new Promise((resolve) => {
      answers.push(() => resolve({ room: 'r', position, version: 1, count: 0, to: position }));
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
  const unknown = () => new Promise(() => {});
  const calls = { markRead, unread: unknown } as unknown as LifeCalls;
  const unread = roomUnread({ kind: chat, room, calls, clock, random: () => 0 });
  const answer = async () => {
    answers.shift()?.();
    await settle();
  };
  const leave = () => {
    for (const listener of listeners) listener({ state: 'left' });
  };
  const show = (frame: object) => {
    for (const take of frames) take(frame as never);
  };
  return { clock, told, unread, answer, leave, room, show };
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
