import { describe, expect, it } from 'vitest';
import type { Page } from '../../../server/log/room-log.ts';
import { Recents } from '../../../server/rooms/recents.ts';
import { movedTo } from '../../../server/rooms/start.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada } from '../../kit/rooms.ts';

/** Reads that are answered by hand. */
function stage() {
  const reads: ((page: Page) => void)[] = [];
  let begun = 0;
  const recents = new Recents(() => {
    begun += 1;
    return new Promise((resolve) => void reads.push(resolve));
  });
  const page = (head: number): Page => ({
    epoch: 'E',
    first: 1,
    head,
    events: [{ offset: head, type: 'm', data: '{"json":1}', by: ada, at: 1 }],
  });
  const answer = async (head: number) => {
    reads.shift()?.(page(head));
    await settle();
  };
  return { recents, answer, begun: () => begun };
}

describe('the newest events for those who begin', () => {
  it('are read once for all who come while a read is under way, and after they have come', async () => {
    const { recents, answer, begun } = stage();
    const first = recents.get();
    const others = [recents.get(), recents.get(), recents.get()];
    expect(begun()).toBe(1);
    await answer(5);
    expect(begun()).toBe(2);
    await answer(7);
    expect((await first).position).toEqual({ epoch: 'E', offset: 5 });
    const shared = await Promise.all(others);
    expect(shared.map(({ position }) => position.offset)).toEqual([7, 7, 7]);
    // Made once: decoded for one is decoded for all.
    expect(shared[1]?.events).toBe(shared[0]?.events);
    void recents.get();
    expect(begun()).toBe(3);
  });

  it('[RES3] say where a gap ends that they are read for', () => {
    const gap = { reason: 'expired', from: 'E:1', to: 'E:8' } as const;
    const start = { start: 'gap', position: { epoch: 'E', offset: 8 }, gap } as const;
    const position = { epoch: 'E', offset: 9 };
    expect(movedTo(start, position)).toEqual({ ...start, position, gap: { ...gap, to: 'E:9' } });
    expect(movedTo(start, undefined)).toBe(start);
  });
});
