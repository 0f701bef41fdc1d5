import { describe, expect, it } from 'vitest';
import {
  PublishMeter,
  type Publisher,
  type PublishLimits,
} from '../../../server/rooms/publish-limits.ts';
import { manualClock } from '../../kit/manual-clock.ts';

const wide = { perSecond: 1_000, burst: 1_000 };
const publisher = (connectionId: string, userId = 'ada') => ({ connectionId, userId });

function stage(limits: Partial<PublishLimits>) {
  const clock = manualClock();
  const all = { connection: wide, user: wide, room: wide, presence: wide, notices: wide };
  const meter = new PublishMeter({ ...all, refusals: wide, ...limits }, clock.now);
  const publish = (one: Publisher, room = 'chat/r') => meter.take(one) ?? meter.takeRoom(room, one);
  return { clock, meter, publish };
}

describe('PublishMeter', () => {
  it.each([
    ['connection', publisher('c1'), publisher('c2'), 'chat/r'],
    ['user', publisher('c1', 'ada'), publisher('c1', 'bob'), 'chat/r'],
    ['room', publisher('c1'), publisher('c1'), 'chat/s'],
  ])('limits each %s by itself, and says when to come back', (what, one, other, otherRoom) => {
    const { clock, publish } = stage({ [what]: { perSecond: 10, burst: 2 } });
    expect([publish(one), publish(one)]).toEqual([undefined, undefined]);
    expect(publish(one)).toMatchObject({ code: 'TOO_MANY', retryAfterMs: 100 });
    expect(publish(other, otherRoom)).toBeUndefined();
    clock.advance(99);
    expect(publish(one)).toMatchObject({ retryAfterMs: 1 });
    clock.advance(1);
    expect(publish(one)).toBeUndefined();
  });

  it('limits what a user puts into the private streams of others', () => {
    const { meter } = stage({ notices: { perSecond: 1, burst: 2 } });
    const notice = (user = 'ada') => meter.take(publisher('c1', user), 'notice');
    expect([notice(), notice()]).toEqual([undefined, undefined]);
    expect(notice()).toMatchObject({ code: 'TOO_MANY', retryAfterMs: 1_000 });
    expect(notice('bob')).toBeUndefined();
    expect(meter.take(publisher('c1'))).toBeUndefined();
  });

  it('counts a publish in no bucket when one of them refuses it', () => {
    const { publish } = stage({
      connection: { perSecond: 1, burst: 1 },
      room: { perSecond: 1, burst: 2 },
    });
    expect(publish(publisher('c1'))).toBeUndefined();
    for (let again = 0; again < 10; again += 1) expect(publish(publisher('c1'))).toBeDefined();
    expect(publish(publisher('c2'))).toBeUndefined();
    // The room is full by now; elsewhere he may all the same.
    for (let again = 0; again < 10; again += 1) expect(publish(publisher('c3'))).toBeDefined();
    expect(publish(publisher('c3'), 'chat/s')).toBeUndefined();
  });

  it('calls a connection a flood that goes on in spite of refusals, and no other', () => {
    const { clock, meter } = stage({ refusals: { perSecond: 1, burst: 3 } });
    const refusals = (id: string, count: number) =>
      Array.from({ length: count }, () => meter.isFlood(id));
    expect(refusals('c1', 4)).toEqual([false, false, false, true]);
    expect(refusals('c2', 3)).toEqual([false, false, false]);
    clock.advance(1_000);
    expect(refusals('c1', 1)).toEqual([false]);
  });

  it('forgets whoever has rested, and nobody else', () => {
    const { clock, meter } = stage({ connection: { perSecond: 1, burst: 1 } });
    meter.take(publisher('first', 'first'));
    clock.advance(500);
    for (let no = 0; no < 5_000; no += 1) meter.take(publisher(`c${no}`, `u${no}`));
    expect(meter.take(publisher('first', 'first'))).toMatchObject({ retryAfterMs: 500 });
  });
});
