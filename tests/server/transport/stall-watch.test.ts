import { describe, expect, it, onTestFinished } from 'vitest';
import { StallWatch, type Stalling } from '../../../server/transport/ws/stall-watch.ts';

function stage(stallMs = 30_000) {
  let now = 0;
  const watch = new StallWatch(stallMs, () => now);
  const reader = (unsentBytes: number) => {
    const one = { unsentBytes, isCut: false, cut: () => void (one.isCut = true) };
    onTestFinished(() => watch.remove(one));
    return one satisfies Stalling;
  };
  const pass = (ms: number) => {
    now += ms;
    watch.check();
  };
  return { watch, reader, pass };
}

describe('StallWatch', () => {
  it('[TRN4] cuts a connection of which nothing has left for the whole time', () => {
    const { watch, reader, pass } = stage();
    const stopped = reader(100_000);
    watch.add(stopped);
    pass(29_999);
    expect(stopped.isCut).toBe(false);
    pass(1);
    expect(stopped.isCut).toBe(true);
  });

  it('[TRN4] leaves a slow reader alone as long as he moves', () => {
    const { watch, reader, pass } = stage();
    const slow = reader(100_000);
    watch.add(slow);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      slow.unsentBytes -= 1;
      pass(29_000);
    }
    expect(slow.isCut).toBe(false);
  });

  it('does not take more that waits for a move', () => {
    const { watch, reader, pass } = stage();
    const stopped = reader(50_000);
    watch.add(stopped);
    pass(15_000);
    stopped.unsentBytes += 50_000;
    watch.add(stopped);
    pass(15_000);
    expect(stopped.isCut).toBe(true);
  });

  it('forgets a connection for which nothing waits any more', () => {
    const { watch, reader, pass } = stage();
    const drained = reader(50_000);
    watch.add(drained);
    drained.unsentBytes = 0;
    pass(10_000);
    drained.unsentBytes = 50_000;
    pass(60_000);
    expect(drained.isCut).toBe(false);
  });

  it('cuts nobody without a limit', () => {
    const { watch, reader, pass } = stage(Number.POSITIVE_INFINITY);
    const stopped = reader(50_000);
    watch.add(stopped);
    pass(1e9);
    expect(stopped.isCut).toBe(false);
  });
});
