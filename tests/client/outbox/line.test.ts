import { describe, expect, it } from 'vitest';
import {
  expiryOf,
  nextLine,
  nextToSend,
  withoutDone,
  type Happening,
  type Line,
} from '../../../client/outbox/line.ts';
import { HOUR, RoomError, type ErrorCode } from '../../../shared/index.ts';
import { ackAt, queuedEntry } from '../../kit/outbox-entries.ts';

const after = (line: Line, ...happenings: Happening[]): Line => happenings.reduce(nextLine, line);
const published = (key: string): Happening => ({ what: 'published', entry: queuedEntry(key) });
const sent = (key: string, now = 0): Happening => ({ what: 'sent', key, now });
const failed = (key: string, code: ErrorCode, now = 0): Happening => {
  return { what: 'failed', key, error: new RoomError(code), now, random: 0 };
};
const echo = { id: 'E:1', position: 'E:1', at: new Date(0) };
const echoed = (key: string, by: string): Happening => ({ what: 'echoed', key, by, echo });
const states = (line: Line) => line.map(({ key, state }) => `${key} ${state}`);
const two = after([], published('a'), published('b'));

const AGES = { maxAgeMs: 1_000_000, keyWindowMs: 1_000_000 };

describe('a line of the outbox', () => {
  it('[SND2] has one publish under way at a time, the oldest first', () => {
    expect(nextToSend(two, 'ada', 0)?.key).toBe('a');
    const one = nextLine(two, sent('a'));
    expect([states(one), nextToSend(one, 'ada', 0)]).toEqual([
      ['a sending', 'b queued'],
      undefined,
    ]);
    const acked = nextLine(one, { what: 'acked', key: 'a', ack: ackAt(1) });
    expect(nextToSend(acked, 'ada', 0)?.key).toBe('b');
  });

  it('[SND2] holds back what comes after an entry that waits for another attempt', () => {
    const waiting = after(two, sent('a'), failed('a', 'LOG_UNAVAILABLE', 10));
    expect(nextToSend(waiting, 'ada', 11)).toBeUndefined();
    expect(nextToSend(waiting, 'ada', 510)?.key).toBe('a');
  });

  it('goes on after an entry that was refused for good', () => {
    const refused = after(two, sent('a'), failed('a', 'FORBIDDEN'));
    expect(states(refused)).toEqual(['a rejected', 'b queued']);
    expect(nextToSend(refused, 'ada', 0)?.key).toBe('b');
  });

  it('sends nothing as somebody else', () => {
    expect(nextToSend(two, 'bob', 0)).toBeUndefined();
    const unowned = nextLine([], {
      what: 'published',
      entry: queuedEntry('c', { user: undefined }),
    });
    expect(nextToSend(unowned, 'bob', 0)).toBeUndefined();
    const owned = nextLine(unowned, { what: 'owned', user: 'bob' });
    expect(nextToSend(owned, 'bob', 0)?.key).toBe('c');
  });

  it('sends at once what waited for a connection, and nothing else', () => {
    const cut = after(two, sent('a'), failed('a', 'DISCONNECTED', 10));
    expect(nextToSend(cut, 'ada', 11)).toBeUndefined();
    expect(nextToSend(nextLine(cut, { what: 'connected' }), 'ada', 11)?.key).toBe('a');
    const told = after(two, sent('a'), failed('a', 'TOO_MANY', 10));
    expect(nextLine(told, { what: 'connected' })).toBe(told);
  });

  it('puts what an earlier page left in front, each entry once', () => {
    const entries = [queuedEntry('x'), queuedEntry('a')];
    expect(states(nextLine(two, { what: 'restored', entries }))).toEqual([
      'x queued',
      'a queued',
      'b queued',
    ]);
  });

  it('[SND2] gives up what is too old, unless it is under way', () => {
    const aged: Happening = {
      what: 'aged',
      now: 12 * HOUR,
      maxAgeMs: 12 * HOUR,
      keyWindowMs: 24 * HOUR,
    };
    const line = nextLine(after(two, sent('a')), aged);
    expect(states(line)).toEqual(['a sending', 'b expired']);
    expect(nextLine(two, { ...aged, now: 12 * HOUR - 1 })).toBe(two);
  });

  it('[SND2] resends nothing once the server may have forgotten the key', () => {
    const ages = { maxAgeMs: 12 * HOUR, keyWindowMs: 1_000 };
    expect(expiryOf(queuedEntry('a'), ages)).toBe(12 * HOUR);
    expect(expiryOf(queuedEntry('a', { sentAt: 500 }), ages)).toBe(1_400);
    const back = after(two, sent('a', 500), failed('a', 'DISCONNECTED', 600));
    const line = nextLine(back, { what: 'aged', now: 1_400, ...ages });
    expect(states(line)).toEqual(['a expired', 'b queued']);
  });

  it('believes an answer that comes after it gave up', () => {
    const line = after(two, sent('a'), failed('a', 'DISCONNECTED'), {
      what: 'ended',
      isStored: false,
      error: new RoomError('DISCONNECTED'),
    });
    const late = nextLine(line, { what: 'acked', key: 'a', ack: ackAt(1) });
    expect(states(late)).toEqual(['a acked', 'b expired']);
  });

  it('[SND3] is done with an entry by ack and echo, in either order', () => {
    const ackFirst = after(two, sent('a'), { what: 'acked', key: 'a', ack: ackAt(1) });
    expect(states(withoutDone(ackFirst, 'E:0'))).toEqual(['a acked', 'b queued']);
    expect(states(withoutDone(nextLine(ackFirst, echoed('a', 'ada')), 'E:0'))).toEqual([
      'b queued',
    ]);
    expect(states(withoutDone(ackFirst, 'E:1'))).toEqual(['b queued']);
    const echoFirst = after(two, sent('a'), echoed('a', 'ada'));
    expect(withoutDone(echoFirst, 'E:1')).toBe(echoFirst);
    const both = nextLine(echoFirst, { what: 'acked', key: 'a', ack: ackAt(1) });
    expect(states(withoutDone(both, 'E:1'))).toEqual(['b queued']);
  });

  it('[SND3] takes nobody else’s event with the same key for its own', () => {
    const line = after(two, sent('a'));
    expect(nextLine(line, echoed('a', 'eve'))).toBe(line);
    const opaque = nextLine([], { what: 'published', entry: queuedEntry('a', { user: '' }) });
    expect(nextLine(opaque, echoed('a', 'ada'))).toBe(opaque);
  });

  it('[SND3] takes what the stream has shown for stored, whatever is heard later', () => {
    const shown = after(two, sent('a'), echoed('a', 'ada'));
    const refused = nextLine(shown, failed('a', 'FORBIDDEN'));
    expect(refused[0]).toMatchObject({ state: 'acked', ack: { position: 'E:1', level: 'memory' } });
  });

  it('[SND1] is refused for a key that stands for other data, though the stream shows that', () => {
    // The key was the app's own, and used before: what comes through the stream is that event.
    const early = after(two, echoed('a', 'ada'));
    expect(
      states(
        after(early, { what: 'ended', error: new RoomError('DISCONNECTED'), isStored: false }),
      ),
    ).toEqual(['a expired', 'b expired']);
    const late = after(two, sent('a'), echoed('a', 'ada'));
    for (const line of [nextLine(early, sent('a')), late]) {
      const refused = nextLine(line, failed('a', 'CONFLICT'));
      expect(refused[0]).toMatchObject({ state: 'rejected', error: { code: 'CONFLICT' } });
      const again = nextLine(refused, { what: 'retried', key: 'a', newKey: 'n', now: 9, ...AGES });
      expect(again[1]).toMatchObject({ key: 'n', echo: undefined });
    }
  });

  it('waits for no echo of another epoch', () => {
    const acked = after(two, sent('a'), { what: 'acked', key: 'a', ack: ackAt(9) });
    expect(states(withoutDone(acked, 'F:1'))).toEqual(['b queued']);
  });

  it('sends a rejected entry again as the newest, with its key where that is free', () => {
    const line = after(two, sent('a', 5), failed('a', 'FORBIDDEN'));
    const again = nextLine(line, { what: 'retried', key: 'a', newKey: 'n', now: 9, ...AGES });
    expect(states(again)).toEqual(['b queued', 'a queued']);
    expect(again[1]).toMatchObject({ at: 9, sentAt: 5, attempts: 0 });
    const clash = after(two, sent('a'), failed('a', 'CONFLICT'));
    const renamed = nextLine(clash, { what: 'retried', key: 'a', newKey: 'n', now: 9, ...AGES });
    expect([states(renamed), renamed[1]?.sentAt]).toEqual([['b queued', 'n queued'], undefined]);
    expect(nextLine(two, { what: 'retried', key: 'a', newKey: 'n', now: 9, ...AGES })).toBe(two);
  });

  it('[SND2] lets go of what has its answer or was never sent, and of nothing else', () => {
    const discard: Happening = { what: 'discarded', key: 'a' };
    expect(states(nextLine(two, discard))).toEqual(['b queued']);
    const sending = after(two, sent('a'));
    const cut = after(sending, failed('a', 'DISCONNECTED'));
    for (const line of [sending, cut]) expect(nextLine(line, discard)).toBe(line);
    const refused = after(sending, failed('a', 'FORBIDDEN'));
    expect(states(nextLine(refused, discard))).toEqual(['b queued']);
    // Refused once or not, its key may be known to the server by the second time.
    const again = nextLine(refused, { what: 'retried', key: 'a', newKey: 'n', now: 9, ...AGES });
    expect(nextLine(again, discard)).toBe(again);
  });
});
