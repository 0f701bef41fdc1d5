import { describe, expect, it } from 'vitest';
import { RoomLine } from '../../../server/log/redis/room-line.ts';
import type { Page, Range } from '../../../server/log/room-log.ts';

/** A line on a log of which the events from `first` to `head` are kept, and what it has told. */
function lineOn({ first, head }: { first: number; head: number }) {
  const told: string[] = [];
  const read = async (range: Range): Promise<Page> => {
    const from = 'after' in range ? Math.max(first, range.after + 1) : range.before - range.limit;
    const count = Math.max(0, Math.min(range.limit, head - from + 1));
    const events = Array.from({ length: count }, (_, index) => eventAt(from + index));
    return { epoch: 'E', first, head, events };
  };
  const line = new RoomLine({
    read,
    tell: (events, _, to) => {
      const offsets = events.map(({ offset }) => offset);
      told.push(to === undefined ? `${offsets[0]}-${offsets.at(-1)}` : `>${to}`);
    },
    soon: () => () => {},
  });
  return { line, told };
}

function eventAt(offset: number) {
  return { offset, type: 'message', data: null, by: { id: 'a', name: 'A' }, at: 1 };
}

describe('a line that has missed events', () => {
  it('[RES5] tells them all, a page at a time', async () => {
    const { line, told } = lineOn({ first: 1, head: 150 });
    line.begin({ epoch: 'E', offset: 10 });
    await line.heal();
    expect(told).toEqual(['11-110', '111-150']);
  });

  it('[RES5] tells where it goes on behind those that are kept no longer', async () => {
    const { line, told } = lineOn({ first: 30, head: 40 });
    line.begin({ epoch: 'E', offset: 10 });
    await line.heal();
    expect(told).toEqual(['>29', '30-40']);
  });

  it('[RES5] tells where it goes on when they are too many', async () => {
    const { line, told } = lineOn({ first: 1, head: 2_000 });
    line.begin({ epoch: 'E', offset: 10 });
    await line.heal();
    expect(told).toEqual(['>1900', '1901-2000']);
  });

  it('[RES5] tells where it goes on when none is kept', async () => {
    const { line, told } = lineOn({ first: 41, head: 40 });
    line.begin({ epoch: 'E', offset: 10 });
    await line.heal();
    expect(told).toEqual(['>40']);
  });
});
