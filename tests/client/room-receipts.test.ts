import { describe, expect, it } from 'vitest';
import { roomReceipts } from '../../client/life/room-receipts.ts';
import type { LifeCalls } from '../../client/life/life-calls.ts';
import type { RoomState } from '../../client/room.ts';
import type { Receipts } from '../../shared/index.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { settle } from '../kit/settle.ts';

const by = (id: string) => ({ id, name: id });
const reader = (id: string, position: string) => ({ user: by(id), position });

/** The receipts of a room that somebody looks at; the server answers what it is told to. */
async function stage(first: Omit<Receipts, 'room'>) {
  let answer = first;
  const frames: ((frame: never) => void)[] = [];
  const current = { state: 'joined', position: 'E:9' };
  const room = {
    current: current as RoomState,
    onFrame: (listener: (frame: never) => void) => {
      frames.push(listener);
      return () => {};
    },
    subscribe: () => () => {},
  };
  const calls = { receipts: async () => ({ room: 'r', ...answer }) } as unknown as LifeCalls;
  const receipts = roomReceipts({ room, calls, clock: manualClock(), random: () => 0 });
  receipts.subscribe(() => {});
  await settle();
  const show = (frame: object) => {
    for (const take of frames) take(frame as never);
  };
  const read = (id: string, position: string) =>
    show({ type: 'event', event: { type: 'read', by: by(id), data: { position } } });
  const comeBack = async (position: string, next: Omit<Receipts, 'room'>) => {
    current.position = position;
    answer = next;
    show({ type: 'ready' });
    await settle();
  };
  return { receipts, read, comeBack };
}

describe('receipts', () => {
  it('go on with what is read after they were asked for', async () => {
    const { receipts, read } = await stage({ readers: [reader('ada', 'E:1')], count: 1 });
    read('bob', 'E:2');
    read('ada', 'E:3');
    const readers = [reader('ada', 'E:3'), reader('bob', 'E:2')];
    expect(receipts.getSnapshot()).toEqual({ readers, count: 2 });
  });

  it('[RDG1] of an epoch that has ended are forgotten, though nobody has read in the new one', async () => {
    const { receipts, comeBack } = await stage({ readers: [reader('ada', 'E:1')], count: 1 });
    await comeBack('F:0', { readers: [], count: 0 });
    expect(receipts.getSnapshot()).toEqual({ readers: [], count: 0 });
  });

  it('[RDG1] forget those whom the server knows no more, and nobody who reads while it is asked', async () => {
    const both = [reader('ada', 'E:3'), reader('bob', 'E:5')];
    const { receipts, read, comeBack } = await stage({ readers: both, count: 2 });
    read('bob', 'E:6');
    // Bob has left a private room, and Ada has marked something unread.
    const coming = comeBack('E:9', { readers: [reader('ada', 'E:1')], count: 1 });
    read('cy', 'E:7');
    await coming;
    const readers = [reader('ada', 'E:1'), reader('cy', 'E:7')];
    expect(receipts.getSnapshot()).toEqual({ readers, count: 2 });
  });

  it('of so many that they are not listed are no list of those who read next', async () => {
    const { receipts, read } = await stage({ count: 140 });
    read('bob', 'E:2');
    expect(receipts.getSnapshot()).toEqual({ readers: [], count: 140 });
  });

  it('are listed no more once there are too many', async () => {
    const most = Array.from({ length: 100 }, (_, index) => reader(`u${index}`, 'E:1'));
    const { receipts, read } = await stage({ readers: most, count: 100 });
    read('u7', 'E:2');
    expect(receipts.getSnapshot().readers).toHaveLength(100);
    read('bob', 'E:2');
    expect(receipts.getSnapshot()).toEqual({ readers: [], count: 101 });
  });
});
