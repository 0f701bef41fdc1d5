import { describe, expect, it } from 'vitest';
import type { PushItem } from '../../../server/push.ts';
import { FramePush, type FrameSource } from '../../../server/rooms/push-frames.ts';

/** A stream of frames in the test's hands. */
function stage(push: (item: PushItem) => boolean, hasRoom = () => true) {
  const waiting: PushItem[] = [];
  const seen = { ended: 0, errors: [] as unknown[] };
  const source: FrameSource = {
    take: () => waiting.shift(),
    progress: () => (seen.ended > 0 ? 'ended' : 'waiting'),
    more: () => Promise.resolve(),
    end: () => void (seen.ended += 1),
    takeFailure: () => undefined,
  };
  const end = (error: unknown) => void seen.errors.push(error);
  const control = new FramePush(source, { hasRoom, push, end });
  return { control, waiting, seen, wake: () => control.pump() };
}

const item = (id: string): PushItem => ({ id, data: id });

describe('FramePush', () => {
  it('pauses while the sink is full, and goes on where it paused', () => {
    const taken: string[] = [];
    const { control, waiting, wake } = stage(({ id }) => taken.push(id) % 2 === 1);
    waiting.push(item('a'), item('b'), item('c'));
    wake();
    expect(control.offer(item('x'))).toBe(false);
    expect(taken).toEqual(['a', 'b']);
    control.resume();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(control.offer(item('d'))).toBe(true);
  });

  it('[TRN4] pushes nothing where other streams have taken the room, before it is told of some', () => {
    const taken: string[] = [];
    let hasRoom = false;
    const { control, waiting, wake } = stage(
      ({ id }) => taken.push(id) > 0,
      () => hasRoom,
    );
    waiting.push(item('a'));
    wake();
    hasRoom = true;
    wake();
    expect(control.isFull).toBe(true);
    expect(taken).toEqual([]);
    control.resume();
    expect(taken).toEqual(['a']);
    hasRoom = false;
    expect(control.offer(item('b'))).toBe(false);
    expect(control.openSink).toBeUndefined();
    expect(taken).toEqual(['a']);
  });

  it('[TRN1] pushes nothing once it is stopped, whatever its stream has left to say', () => {
    const taken: string[] = [];
    const { control, waiting, seen, wake } = stage(({ id }) => taken.push(id) > 0);
    waiting.push(item('a'));
    wake();
    waiting.push(item('b'));
    control.stop();
    wake();
    control.resume();
    expect(taken).toEqual(['a']);
    expect(seen.ended).toBe(1);
    expect(seen.errors).toContain(undefined);
  });

  it('ends with the error of a sink that cannot take a frame, and lets nothing escape', () => {
    const broken = new Error('cannot be carried');
    const fail = () => {
      throw broken;
    };
    const pumped = stage(fail);
    pumped.waiting.push(item('a'), item('b'));
    pumped.wake();
    expect(pumped.seen).toEqual({ ended: 1, errors: [broken] });
    const offered = stage(fail);
    expect(offered.control.offer(item('a'))).toBe(true);
    expect(offered.seen).toEqual({ ended: 1, errors: [broken] });
  });
});
