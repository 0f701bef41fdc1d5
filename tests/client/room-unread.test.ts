import { expect, it } from 'vitest';
import { roomUnread } from '../../client/life/room-unread.ts';
import type { LifeCalls } from '../../client/life/life-calls.ts';
import type { RoomState } from '../../client/room.ts';
import { chat } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

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
  const room = {
    current: { state: 'joining' } as const,
    onFrame: () => () => {},
    subscribe: (listener: (state: RoomState) => void) => {
      listeners.push(listener);
      return () => {};
    },
  };
  const calls = { markRead } as unknown as LifeCalls;
  const unread = roomUnread({ kind: chat, room, calls, clock, random: () => 0 });
  const answer = async () => {
    answers.shift()?.();
    await settle();
  };
  const leave = () => {
    for (const listener of listeners) listener({ state: 'left' });
  };
  return { clock, told, unread, answer, leave };
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
