import { describe, expect, it } from 'vitest';
import {
  foldNotices,
  NO_NOTICES,
  seenUpTo,
  withPage,
  type Notices,
} from '../../client/me/fold-notices.ts';
import type { FrameOf, me, RoomEvent } from '../../shared/index.ts';

type Frame = FrameOf<typeof me>;

function eventAt(offset: number, by = 'ada', epoch = 'E'): RoomEvent {
  const id = `${epoch}:${offset}`;
  return {
    id,
    position: id,
    type: 'notification',
    data: {},
    by: { id: by, name: by },
    at: new Date(0),
  };
}

const event = (offset: number, by?: string) =>
  ({ type: 'event', event: eventAt(offset, by) }) as unknown as Frame;
const ready = (start: string, recent: RoomEvent[] | undefined, seen?: string) =>
  ({
    type: 'ready',
    start,
    position: 'E:0',
    latest: seen === undefined ? [] : [{ type: 'seen', data: { position: seen } }],
    ...(recent && { recent }),
  }) as unknown as Frame;
const seen = (position: string) =>
  ({
    type: 'event',
    event: { ...eventAt(1), type: 'seen', data: { position } },
  }) as unknown as Frame;

function fold(...frames: Frame[]): Notices {
  return frames.reduce<Notices>((notices, frame) => foldNotices(notices, frame, 'bob'), NO_NOTICES);
}

const offsets = ({ events }: Notices) => events.map(({ position }) => position.split(':')[1]);

describe('notices', () => {
  it('hold what is kept alone, and not what passes by', () => {
    const passing = { ...eventAt(1), id: 'E:1/n7' };
    const notices = fold(event(1), { type: 'event', event: passing } as unknown as Frame);
    expect([offsets(notices), notices.unread]).toEqual([['1'], 1]);
  });

  it('begin with what is recent, and go on with what comes', () => {
    const notices = fold(ready('fresh', [eventAt(1), eventAt(2)]), event(3));
    expect([offsets(notices), notices.unread]).toEqual([['1', '2', '3'], 3]);
    expect(offsets(foldNotices(notices, ready('resumed', undefined), 'bob'))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(offsets(foldNotices(notices, ready('gap', [eventAt(9)]), 'bob'))).toEqual(['9']);
  });

  it('are new until they are seen, on whichever device, and never again', () => {
    const notices = fold(ready('fresh', [eventAt(1), eventAt(2), eventAt(3)]), seen('E:2'));
    expect([notices.unread, notices.seen]).toEqual([1, 'E:2']);
    expect(seenUpTo(notices, 'E:1', 'bob')).toBe(notices);
    expect(seenUpTo(notices, null, 'bob')).toBe(notices);
    expect(seenUpTo(notices, 'E:3', 'bob').unread).toBe(0);
    expect(fold(ready('fresh', [eventAt(1), eventAt(2)], 'E:1')).unread).toBe(1);
  });

  it('of one’s own doing are not new', () => {
    expect(fold(ready('fresh', []), event(1, 'bob'), event(2)).unread).toBe(1);
  });

  it('are all new again in another life of the log', () => {
    const notices = fold(ready('fresh', [eventAt(5, 'ada', 'F')], 'E:9'));
    expect(notices.unread).toBe(1);
    expect(seenUpTo(notices, 'F:5', 'bob')).toMatchObject({ unread: 0, seen: 'F:5' });
  });

  it('lose what is erased, and keep the newest 200', () => {
    const erased = { type: 'erased', position: 'E:1' } as Frame;
    expect(offsets(fold(event(1), event(2), erased))).toEqual(['2']);
    const many = fold(...Array.from({ length: 250 }, (_, n) => event(n + 1)));
    expect([many.events.length, many.unread, offsets(many)[0]]).toEqual([200, 200, '51']);
  });

  it('take a page that was read in place of what they knew, but for what came meanwhile', () => {
    const notices = fold(event(1), event(6), event(7));
    const page = [eventAt(4), eventAt(5), eventAt(6)];
    expect(offsets(withPage(notices, page, 'E:5', 'bob'))).toEqual(['4', '5', '6', '7']);
  });

  it('keep what came after a gap when there is nothing before it any more', () => {
    const notices = fold(event(1), event(6), event(7));
    expect(offsets(withPage(notices, [], 'E:5', 'bob'))).toEqual(['6', '7']);
    expect(offsets(withPage(notices, [], 'E:7', 'bob'))).toEqual([]);
    expect(offsets(withPage(notices, [], 'F:0', 'bob'))).toEqual([]);
  });
});
