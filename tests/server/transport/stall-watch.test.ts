import { describe, expect, it, onTestFinished } from 'vitest';
import { StallWatch, type Stalling } from '../../../server/transport/ws/stall-watch.ts';

function stage(stallMs = 30_000) {
  let now = 0;
  const queues = async (all: readonly Stalling[]) =>
    new Map(all.flatMap((one) => ('queued' in one ? [[one, Number(one.queued)]] : [])));
  const watch = new StallWatch({ stallMs, now: () => now, queues });
  const reader = (unsentBytes: number, parts: { queued?: number } = {}) => {
    const one = { unsentBytes, ...parts, isCut: false, cut: () => void (one.isCut = true) };
    onTestFinished(() => watch.remove(one));
    return one satisfies Stalling;
  };
  const pass = async (ms: number) => {
    now += ms;
    await watch.check();
  };
  return { watch, reader, pass };
}

describe('StallWatch', () => {
  it('[TRN4] cuts a connection of which nothing has left for the whole time', async () => {
    const { watch, reader, pass } = stage();
    const stopped = reader(100_000);
    watch.add(stopped);
    await pass(29_999);
    expect(stopped.isCut).toBe(false);
    await pass(1);
    expect(stopped.isCut).toBe(true);
  });

  it('[TRN4] leaves a slow reader alone as long as he moves', async () => {
    const { watch, reader, pass } = stage();
    const slow = reader(100_000);
    watch.add(slow);
    for (let minutes = 0; minutes < 10; minutes += 1) {
      slow.unsentBytes -= 1;
      await pass(29_000);
    }
    expect(slow.isCut).toBe(false);
  });

  it('[TRN4] leaves a reader alone of whom only the kernel sees that he moves', async () => {
    const { watch, reader, pass } = stage();
    const [slow, stopped] = [reader(100_000, { queued: 900 }), reader(100_000, { queued: 900 })];
    watch.add(slow);
    watch.add(stopped);
    await pass(5_000);
    slow.queued = 899;
    await pass(24_000);
    await pass(1_000);
    expect([slow.isCut, stopped.isCut]).toEqual([false, true]);
    await pass(28_999);
    expect(slow.isCut).toBe(false);
    await pass(1);
    expect(slow.isCut).toBe(true);
  });

  it('does not take more that waits for a move', async () => {
    const { watch, reader, pass } = stage();
    const stopped = reader(50_000);
    watch.add(stopped);
    await pass(15_000);
    stopped.unsentBytes += 50_000;
    watch.add(stopped);
    await pass(15_000);
    expect(stopped.isCut).toBe(true);
  });

  it('forgets a connection for which nothing waits any more', async () => {
    const { watch, reader, pass } = stage();
    const drained = reader(50_000);
    watch.add(drained);
    drained.unsentBytes = 0;
    await pass(10_000);
    drained.unsentBytes = 50_000;
    await pass(60_000);
    expect(drained.isCut).toBe(false);
  });

  it('cuts nobody without a limit', async () => {
    const { watch, reader, pass } = stage(Number.POSITIVE_INFINITY);
    const stopped = reader(50_000);
    watch.add(stopped);
    await pass(1e9);
    expect(stopped.isCut).toBe(false);
  });
});
