import { describe, expect, it } from 'vitest';
import { RoomLine } from '../../../server/log/redis/room-line.ts';
import type { Page, Range } from '../../../server/log/room-log.ts';
import { settle } from '../../kit/settle.ts';

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
  it.each([
    ['all of them, a page at a time', 1, 150, ['11-110', '111-150']],
    ['where it goes on behind those that are kept no longer', 30, 40, ['>29', '30-40']],
    ['where it goes on when they are too many', 1, 2_000, ['>1900', '1901-2000']],
    ['where it goes on when none is kept', 41, 40, ['>40']],
  ])('[RES5] tells %s', async (_, first, head, expected) => {
    const { line, told } = lineOn({ first, head });
    line.begin({ epoch: 'E', offset: 10 });
    await line.heal();
    expect(told).toEqual(expected);
  });
});

describe('a line that has not begun', () => {
  it('[LOG3] tells nothing that it heard of an epoch that is over when it begins', async () => {
    const { line, told } = lineOn({ first: 1, head: 6 });
    const hear = (epoch: string, offset: number) =>
      line.offer({ epoch, offset }, () => eventAt(offset));
    // Redis has lost what it had, and another event stands at that place since.
    hear('before', 5);
    hear('before', 6);
    line.begin({ epoch: 'E', offset: 4 });
    expect(told).toEqual([]);
    hear('E', 5);
    await line.heal();
    expect(told).toEqual(['5-5', '6-6']);
  });
});

describe('a line that is read for several who ask', () => {
  it('[LOG3] is read again for whoever asks while it is read: that read may be of what he knows to be over', async () => {
    const reads: ((page: Page) => void)[] = [];
    const told: string[] = [];
    const line = new RoomLine({
      read: () => new Promise((resolve) => void reads.push(resolve)),
      tell: (_, epoch, to) => told.push(`${epoch} >${to}`),
      soon: () => () => {},
    });
    line.begin({ epoch: 'E', offset: 2 });
    void line.heal();
    // Redis has answered the read above, loses what it has, and this is heard before that answer.
    line.offer({ epoch: 'F', offset: 1 }, () => eventAt(1));
    const later = line.heal();
    reads.shift()?.({ epoch: 'E', first: 1, head: 2, events: [] });
    await settle();
    reads.shift()?.({ epoch: 'F', first: 1, head: 1, events: [eventAt(1)] });
    await later;
    expect(told).toEqual(['F >1']);
    expect(reads).toHaveLength(0);
  });
});
