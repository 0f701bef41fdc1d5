import { describe, expect, it } from 'vitest';
import type { KernelSide } from '../../../server/transport/ws/kernel-queues.ts';
import { SlowReaders } from '../../../server/transport/ws/slow-readers.ts';

function stage() {
  let side: KernelSide | undefined;
  const one = { unsentBytes: 0, cut: () => {} };
  const slow = new SlowReaders(async ([first]) => new Map(first && side ? [[first, side]] : []));
  const reads = async (bytes: number, unanswered = 0) => {
    side = { bytes, unanswered };
    return (await slow.among([one])).has(one);
  };
  const readsUnseen = async () => {
    side = undefined;
    return (await slow.among([one])).has(one);
  };
  return { one, reads, readsUnseen };
}

describe('SlowReaders', () => {
  it('[TRN4] knows by the kernel who takes bytes: less is there, or more was taken from us', async () => {
    const { reads } = stage();
    expect(await reads(50_000)).toBe(true);
    expect(await reads(49_000)).toBe(true);
    expect(await reads(60_000, 1)).toBe(true);
    // All is with him, and he has still to read it.
    expect(await reads(0)).toBe(true);
  });

  it('[TRN4] takes nobody for a reader of whom nothing moves, who has all, or does not answer', async () => {
    const { reads, readsUnseen } = stage();
    expect(await reads(50_000)).toBe(true);
    expect(await reads(50_000)).toBe(false);
    expect(await reads(40_000, 2)).toBe(false);
    expect(await reads(0)).toBe(true);
    expect(await reads(0)).toBe(false);
    expect(await readsUnseen()).toBe(false);
  });

  it('[TRN4] leaves it to the watch for stopped readers where bytes wait here', async () => {
    const { one, reads, readsUnseen } = stage();
    one.unsentBytes = 1;
    expect(await reads(50_000, 4)).toBe(true);
    expect(await readsUnseen()).toBe(true);
  });
});
