import { describe, expect, it } from 'vitest';
import {
  foldNotices,
  noticesOf,
  NOTHING,
  seenUpTo,
  withPage,
  withState,
  type NoticesKnown,
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

function foldOn(known: NoticesKnown, ...frames: Frame[]): NoticesKnown {
  return frames.reduce<NoticesKnown>((now, frame) => foldNotices(now, frame, 'bob'), known);
}

const fold = (...frames: Frame[]) => foldOn(NOTHING, ...frames);
const unread = (known: NoticesKnown) => noticesOf(known, 'bob').unread;
const offsets = ({ events }: NoticesKnown) => events.map(({ position }) => position.split(':')[1]);

describe('notices', () => {
  it('hold what is kept alone, and not what passes by', () => {
    const passing = { ...eventAt(1), id: 'E:1/n7' };
    const notices = fold(event(1), { type: 'event', event: passing } as unknown as Frame);
    expect([offsets(notices), unread(notices)]).toEqual([['1'], 1]);
  });

  it('begin with what is recent, and go on with what comes', () => {
    const notices = fold(ready('fresh', [eventAt(1), eventAt(2)]), event(3));
    expect([offsets(notices), unread(notices)]).toEqual([['1', '2', '3'], 3]);
    expect(offsets(foldNotices(notices, ready('resumed', undefined), 'bob'))).toEqual([
      '1',
      '2',
      '3',
    ]);
    expect(offsets(foldNotices(notices, ready('gap', [eventAt(9)]), 'bob'))).toEqual(['9']);
  });

  it('are new until they are seen, on whichever device, and never again', () => {
    const notices = fold(ready('fresh', [eventAt(1), eventAt(2), eventAt(3)]), seen('E:2'));
    expect([unread(notices), notices.seen]).toEqual([1, 'E:2']);
    expect(seenUpTo(notices, 'E:1')).toBe(notices);
    expect(seenUpTo(notices, null)).toBe(notices);
    expect(unread(seenUpTo(notices, 'E:3'))).toBe(0);
    expect(unread(fold(ready('fresh', [eventAt(1), eventAt(2)], 'E:1')))).toBe(1);
  });

  it('of one’s own doing are not new', () => {
    expect(unread(fold(ready('fresh', []), event(1, 'bob'), event(2)))).toBe(1);
  });

  it('are all new again in another life of the log', () => {
    const notices = fold(ready('fresh', [eventAt(5, 'ada', 'F')], 'E:9'));
    expect(unread(notices)).toBe(1);
    const seenAll = seenUpTo(notices, 'F:5');
    expect([unread(seenAll), seenAll.seen]).toEqual([0, 'F:5']);
  });

  it('lose what is erased, and keep the newest 200', () => {
    const erased = { type: 'erased', position: 'E:1' } as Frame;
    expect(offsets(fold(event(1), event(2), erased))).toEqual(['2']);
    const many = fold(...Array.from({ length: 250 }, (_, n) => event(n + 1)));
    expect([many.events.length, offsets(many)[0]]).toEqual([200, '51']);
  });

  it('take a page that was read in place of what they knew, but for what came meanwhile', () => {
    const notices = fold(event(1), event(6), event(7));
    const page = [eventAt(4), eventAt(5), eventAt(6)];
    expect(offsets(withPage(notices, page, 'E:5'))).toEqual(['4', '5', '6', '7']);
  });

  it('keep what came after a gap when there is nothing before it any more', () => {
    const notices = fold(event(1), event(6), event(7));
    expect(offsets(withPage(notices, [], 'E:5'))).toEqual(['6', '7']);
    expect(offsets(withPage(notices, [], 'E:7'))).toEqual([]);
    expect(offsets(withPage(notices, [], 'F:0'))).toEqual([]);
  });
});

describe('[USR1] what is new among notices', () => {
  const state = (count: number, to: string, seenTo: string | null = null) => ({
    seen: seenTo,
    unread: count,
    to,
  });
  const recent = Array.from({ length: 50 }, (_, index) => eventAt(index + 11));

  it('is what the server has counted, and what has come since, be it shown or not', () => {
    const begun = fold(ready('fresh', recent));
    expect(unread(begun)).toBe(50);
    const counted = withState(begun, state(60, 'E:60'));
    expect(unread(counted)).toBe(60);
    expect(unread(foldOn(counted, event(61), event(62, 'bob'), event(63)))).toBe(62);
    const many = Array.from({ length: 300 }, (_, index) => event(index + 61));
    const later = foldOn(counted, ...many);
    expect([unread(later), later.events.length]).toEqual([360, 200]);
  });

  it('counts once what was counted and is shown afterwards', () => {
    const counted = withState(fold(ready('fresh', recent)), state(62, 'E:62'));
    expect(unread(foldOn(counted, event(61), event(62), event(63)))).toBe(63);
  });

  it('ends at 1,000, as it does for a device that begins now', () => {
    const counted = withState(fold(ready('fresh', [])), state(995, 'E:995'));
    const many = Array.from({ length: 1_010 }, (_, index) => event(index + 996));
    expect(unread(foldOn(counted, ...many.slice(0, 4)))).toBe(999);
    expect(unread(foldOn(counted, ...many))).toBe(1_000);
  });

  it('is gone with what was seen, of whatever was counted before and after', () => {
    const counted = withState(fold(ready('fresh', recent)), state(60, 'E:60'));
    const later = foldOn(counted, event(61), event(62));
    expect(unread(foldOn(later, seen('E:61')))).toBe(1);
    expect(unread(seenUpTo(later, 'E:62'))).toBe(0);
    expect(unread(withState(later, state(3, 'E:62', 'E:59')))).toBe(3);
  });

  it('takes no older count for a newer one', () => {
    const known = withState(fold(ready('fresh', recent)), state(1, 'E:60', 'E:59'));
    expect(unread(withState(known, state(50, 'E:60', 'E:10')))).toBe(1);
    expect(unread(withState(known, state(59, 'E:59')))).toBe(1);
  });

  it('begins anew with another life of the log', () => {
    const known = withState(fold(ready('fresh', recent)), state(1, 'E:60', 'E:59'));
    const anew = withState(foldOn(known, event(1)), state(2, 'F:2', 'E:59'));
    const next = { type: 'event', event: eventAt(3, 'ada', 'F') } as unknown as Frame;
    expect([unread(anew), unread(foldOn(anew, next))]).toEqual([2, 3]);
  });

  it('is counted here where a server does not', () => {
    const old = withState(fold(ready('fresh', recent)), { seen: 'E:59' } as never);
    expect([unread(old), old.seen]).toEqual([1, 'E:59']);
  });
});
