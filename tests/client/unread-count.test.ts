import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOf,
  takeEvent,
  takeState,
  UNKNOWN,
  type UnreadKnown,
} from '../../client/life/unread-count.ts';
import type { ReadState, RoomEvent } from '../../shared/index.ts';

const types = new Set(['message']);
const ada = { id: 'ada', name: 'Ada' };
const bob = { id: 'bob', name: 'Bob' };

interface Logged {
  readonly event: RoomEvent;
  isGone: boolean;
}

function event(offset: number, type: string, by: typeof ada, data: unknown = {}): RoomEvent {
  const position = `E:${offset}`;
  return { id: position, type, data, by, at: new Date(0), position };
}

/** What the server counts in a log as it stands. */
function stateOf(log: readonly Logged[], readTo: number, version: number): Omit<ReadState, 'room'> {
  const unread = log.filter(
    ({ event: { type, by }, isGone }, index) =>
      index + 1 > readTo && type === 'message' && by.id !== 'ada' && !isGone,
  ).length;
  const position = readTo > 0 ? { position: `E:${readTo}` } : {};
  return { ...position, version, unread, to: `E:${log.length}` };
}

describe('counting what is unread', () => {
  it('[LOG3] keeps what has come of a new epoch before that was counted', () => {
    const anew = (offset: number) => {
      const position = `F:${offset}`;
      return { ...event(offset, 'message', bob), id: position, position };
    };
    let known: UnreadKnown = { ...UNKNOWN, me: 'ada', state: { version: 0, unread: 7, to: 'E:9' } };
    for (const one of [event(10, 'message', bob), anew(1), anew(2), anew(3)]) {
      known = takeEvent(known, one, types);
    }
    known = takeState(known, { version: 0, unread: 1, to: 'F:1' });
    expect(countOf(known)).toBe(3);
  });

  it('misses none of others, however many own ones come meanwhile', () => {
    let known: UnreadKnown = { ...UNKNOWN, me: 'ada', state: stateOf([], 0, 0) };
    for (let offset = 1; offset <= 2_400; offset += 1) {
      known = takeEvent(known, event(offset, 'message', offset % 3 === 0 ? bob : ada), types);
    }
    expect(countOf(known)).toBe(800);
  });

  it('counts once what a stream that begins anew brings again, and what it had left out', () => {
    let known: UnreadKnown = takeState({ ...UNKNOWN, me: 'ada' }, stateOf([], 0, 0));
    for (const offset of [1, 3, 4, 1, 2, 3, 4, 5]) {
      known = takeEvent(known, event(offset, 'message', bob), types);
    }
    expect(countOf(known)).toBe(5);
    expect(countOf(known, 2)).toBe(3);
    expect(known.since.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is the recount of the log, however answers and events overtake each other', () => {
    const step = fc.record({
      what: fc.constantFrom('say', 'say', 'remove', 'read', 'unread', 'ask', 'hear'),
      mine: fc.boolean(),
      at: fc.nat(),
      late: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log: Logged[] = [];
        // What is on its way: events in order, answers in order, each of both overtaking the other.
        const answers: Omit<ReadState, 'room'>[] = [stateOf(log, 0, 0)];
        let heard = 0;
        let [readTo, version] = [0, 0];
        let known: UnreadKnown = { ...UNKNOWN, me: 'ada' };
        const hear = () => {
          const next = log[heard]?.event;
          heard += next ? 1 : 0;
          if (next) known = takeEvent(known, next, types);
        };
        for (const { what, mine, at, late } of steps) {
          const target = log.length > 0 ? 1 + (at % log.length) : 0;
          const aim = log[target - 1];
          const by = mine ? ada : bob;
          if (what === 'say' || !aim) {
            log.push({ event: event(log.length + 1, 'message', by), isGone: false });
          } else if (what === 'remove' && aim.event.type === 'message' && !aim.isGone) {
            aim.isGone = true;
            const data = { target: `E:${target}`, of: 'message', author: aim.event.by };
            log.push({ event: event(log.length + 1, 'removed', by, data), isGone: false });
          } else if (what === 'read') {
            readTo = Math.max(readTo, target);
            answers.push(stateOf(log, readTo, version));
          } else if (what === 'unread' && readTo >= target) {
            [readTo, version] = [target - 1, version + 1];
            answers.push(stateOf(log, readTo, version));
          } else if (what === 'ask') answers.push(stateOf(log, readTo, version));
          else for (let count = 0; count < late; count += 1) hear();
          // Answers may come in another order than they were given.
          const [answer] = late === 1 ? answers.splice(at % Math.max(1, answers.length), 1) : [];
          if (answer) known = takeState(known, answer);
        }
        while (heard < log.length) hear();
        for (const answer of answers) known = takeState(known, answer);
        expect(countOf(known)).toBe(stateOf(log, readTo, version).unread);
      }),
    );
  });

  it('goes on from an answer without another: every event of the stream keeps it right', () => {
    let known = takeState({ ...UNKNOWN, me: 'ada' }, { version: 0, unread: 2, to: 'E:2' });
    const hear = (one: RoomEvent) => (known = takeEvent(known, one, types));
    hear(event(2, 'message', bob));
    expect(countOf(known)).toBe(2);
    hear(event(3, 'message', bob));
    hear(event(4, 'message', ada));
    expect(countOf(known)).toBe(3);
    const gone = (target: number) => ({ target: `E:${target}`, of: 'message', author: bob });
    hear(event(5, 'removed', bob, gone(3)));
    hear(event(6, 'removed', bob, gone(1)));
    expect(countOf(known)).toBe(1);
    hear(event(6, 'removed', bob, gone(1)));
    expect(countOf(known)).toBe(1);
    expect(countOf(known, 6)).toBe(0);
  });

  it('passes by an answer that is older than what is known', () => {
    const newer = takeState(UNKNOWN, { version: 1, unread: 5, to: 'E:9', position: 'E:2' });
    expect(takeState(newer, { version: 0, unread: 0, to: 'E:9', position: 'E:9' })).toBe(newer);
    expect(takeState(newer, { version: 1, unread: 7, to: 'E:9' })).toBe(newer);
    const next = takeState(newer, { version: 1, unread: 3, to: 'E:9', position: 'E:4' });
    expect(countOf(next)).toBe(3);
  });
});
