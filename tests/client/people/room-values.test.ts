import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RoomValues } from '../../../client/people/room-values.ts';
import {
  activity,
  defineRoom,
  latest,
  type By,
  type FrameOf,
  type RoomEvent,
} from '../../../shared/index.ts';
import { settle } from '../../kit/settle.ts';
import { surfaced } from '../../kit/surfaced.ts';

const desk = defineRoom('desk', {
  events: {
    typing: activity('typing'),
    cursor: latest(z.object({ x: z.number() }), { key: 'member' }),
    price: latest(z.object({ symbol: z.string() }), { key: ({ symbol }) => symbol }),
    topic: latest(z.string(), { key: 'room' }),
    pin: latest(z.object({ at: z.object({ id: z.string() }) }), { key: ({ at }) => at.id }),
  },
});
type Frame = FrameOf<typeof desk>;

const by = (id: string): By => ({ id, name: id });
const valueOf = (type: string, data: unknown, user = 'ada', more: Partial<RoomEvent> = {}) =>
  ({ id: 'E:0/1', type, data, by: by(user), at: new Date(0), position: 'E:0', ...more }) as never;
const event = (...args: Parameters<typeof valueOf>): Frame => ({
  type: 'event',
  event: valueOf(...args),
});
const crowd = (count: number, ...ids: string[]): Frame => ({
  type: 'crowd',
  event: 'typing',
  count,
  users: ids.map(by),
});
const cleared = (type: string, key: string): Frame => ({ type: 'cleared', event: type, key });
const latestFrame = (...latestValues: never[]): Frame => ({ type: 'latest', latest: latestValues });

function stage({ isActive = false } = {}) {
  const values = new RoomValues({
    kind: desk,
    isOneself: (id) => id === 'me',
    isOneselfActive: () => isActive,
  });
  const show = (...frames: Frame[]) => {
    for (const frame of frames) values.observe(frame);
  };
  const keys = (type: string) => [...values.latest(type).getSnapshot().keys()];
  const active = () => {
    const { users, count } = values.active('typing').getSnapshot();
    return [users.map(({ id }) => id).join(' '), count];
  };
  return { values, show, keys, active };
}

describe('the latest values of a room', () => {
  it('are kept by the keys that the server clears them by', () => {
    const { show, keys, values } = stage();
    show(
      event('cursor', { x: 1 }, 'ada', { key: 'm1' }),
      event('cursor', { x: 2 }, 'ada', { key: 'm2' }),
      event('price', { symbol: 'A' }),
      event('topic', 'x'),
    );
    expect([keys('cursor'), keys('price'), keys('topic')]).toEqual([['m1', 'm2'], ['A'], ['']]);
    show(cleared('cursor', 'm1'), cleared('price', 'A'), cleared('topic', ''));
    expect([keys('cursor'), keys('price'), keys('topic')]).toEqual([['m2'], [], []]);
    expect(values.latest('cursor').getSnapshot().get('m2')?.data).toEqual({ x: 2 });
  });

  it('are replaced as a whole by whoever was behind', () => {
    const { show, keys } = stage();
    show(event('topic', 'x'), event('price', { symbol: 'A' }));
    show(latestFrame(valueOf('price', { symbol: 'B' })));
    expect([keys('topic'), keys('price')]).toEqual([[], ['B']]);
  });

  it('leave out one that the contract of this page cannot key, and say so', async () => {
    const errors = surfaced();
    const { show, keys, values } = stage();
    const newer = valueOf('pin', { place: 7 });
    const older = valueOf('pin', { at: { id: 'p' } });
    show({ type: 'ready', start: 'fresh', position: 'E:0', latest: [newer, older] });
    expect(keys('pin')).toEqual(['p']);
    show({ type: 'event', event: newer }, event('topic', 'x'));
    expect([keys('pin'), keys('topic')]).toEqual([['p'], ['']]);
    expect(values.latest('pin').getSnapshot().get('p')).toBe(older);
    await settle();
    expect(errors).toEqual([expect.any(TypeError), expect.any(TypeError)]);
  });

  it('tell of changes, and keep their snapshot while there are none', () => {
    const { show, values } = stage();
    let changes = 0;
    const undo = values.latest('topic').subscribe(() => (changes += 1));
    const before = values.latest('topic').getSnapshot();
    show(event('price', { symbol: 'A' }), cleared('topic', ''), latestFrame());
    expect([changes, values.latest('topic').getSnapshot()]).toEqual([0, before]);
    show(event('topic', 'x'));
    undo();
    show(event('topic', 'y'));
    expect(changes).toBe(1);
  });
});

describe('those who are active', () => {
  const typing = (user: string) => event('typing', { typing: true }, user);

  it('[TYP1] come and go, and are never oneself', () => {
    const { show, active } = stage();
    show(typing('ada'), typing('me'), typing('bob'));
    expect(active()).toEqual(['ada bob', 2]);
    show(cleared('typing', 'ada'), cleared('typing', 'nobody'));
    expect(active()).toEqual(['bob', 1]);
  });

  it('[TYP1] are a number and some names while they are a crowd', () => {
    const { show, active } = stage();
    show(typing('ada'), crowd(30, 'a', 'b', 'c', 'd', 'e'));
    expect(active()).toEqual(['a b c d e', 30]);
    show(crowd(25, 'b', 'me', 'd', 'e', 'f'));
    expect(active()).toEqual(['b d e f', 24]);
  });

  it('[TYP1] do not count oneself in a crowd that does not name one', () => {
    const { show, active } = stage({ isActive: true });
    show(crowd(30, 'a', 'b', 'c', 'd', 'e'));
    expect(active()).toEqual(['a b c d e', 29]);
  });

  it('[TYP1] are told one by one again after a crowd that was named whole', () => {
    const { show, active } = stage();
    show(crowd(30, 'a', 'b', 'c', 'd', 'e'), crowd(2, 'a', 'b'));
    expect(active()).toEqual(['a b', 2]);
    show(typing('c'), cleared('typing', 'a'), typing('b'));
    expect(active()).toEqual(['b c', 2]);
    show(crowd(0));
    expect(active()).toEqual(['', 0]);
  });

  it('[TYP1] are what a beginning says, and a reader who was behind is told', () => {
    const { show, active } = stage();
    const crowds = [{ event: 'typing', count: 30, users: ['a', 'b', 'c', 'd', 'e'].map(by) }];
    show({ type: 'ready', start: 'fresh', position: 'E:0', latest: [], crowds });
    expect(active()).toEqual(['a b c d e', 30]);
    show({ type: 'latest', latest: [valueOf('typing', { typing: true })] });
    expect(active()).toEqual(['ada', 1]);
  });

  it('[TYP1] are nobody while nothing comes, and other values stay', () => {
    const { values, show, keys, active } = stage();
    show(typing('ada'), crowd(30, 'a', 'b', 'c', 'd', 'e'), typing('bob'), event('topic', 'x'));
    values.quiet();
    expect([active(), keys('typing'), keys('topic')]).toEqual([['', 0], [], ['']]);
    show(typing('bob'));
    expect(active()).toEqual(['bob', 1]);
  });
});
