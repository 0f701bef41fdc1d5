import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyFold,
  foldEvents,
  foldPage,
  forgetUpTo,
  messagesOf,
  type Fold,
  type Message,
  type RoomEvent,
} from '../../shared/index.ts';

const TYPES = new Set(['message']);
const ada = { id: 'ada', name: 'Ada' };

function event(offset: number, type: string, data: unknown, more: Partial<RoomEvent> = {}) {
  const position = `E:${offset}`;
  const at = new Date(offset * 1_000);
  return { id: position, type, data, by: ada, at, position, ...more };
}

const message = (offset: number, text: string, more?: Partial<RoomEvent>) =>
  event(offset, 'message', { text }, more);
const edited = (offset: number, target: number, text: string) =>
  event(offset, 'edited', { target: `E:${target}`, of: 'message', data: { text } });
const removed = (offset: number, target: number, replyTo?: string) =>
  event(offset, 'removed', {
    target: `E:${target}`,
    of: 'message',
    author: ada,
    sentAt: new Date(target * 1_000),
    replyTo,
  });
const reacted = (offset: number, target: number, count: number) =>
  event(offset, 'reacted', {
    target: `E:${target}`,
    of: 'message',
    reactions: [{ name: '+1', count, users: [ada] }],
  });

const folded = (events: readonly RoomEvent[], since = 0) =>
  messagesOf(foldEvents(emptyFold(since), events, TYPES)).messages;

/** A log of messages, changes of them and answers to them, as a room that obeys its rules makes it. */
const anyLog = fc
  .array(fc.record({ what: fc.nat(9), which: fc.nat(), text: fc.string({ maxLength: 3 }) }), {
    maxLength: 40,
  })
  .map((steps) => {
    const events: RoomEvent[] = [];
    const there: number[] = [];
    const replies = new Map<number, string>();
    for (const { what, which, text } of steps) {
      const offset = events.length + 1;
      const index = which % Math.max(1, there.length);
      const target = there[index];
      if (target === undefined || what < 4) {
        const replyTo = what === 0 && target !== undefined ? `E:${target}` : undefined;
        if (replyTo !== undefined) replies.set(offset, replyTo);
        events.push(message(offset, text, replyTo === undefined ? {} : { replyTo }));
        there.push(offset);
      } else if (what < 7) events.push(edited(offset, target, text));
      else if (what < 9) events.push(reacted(offset, target, offset));
      else {
        there.splice(index, 1);
        events.push(removed(offset, target, replies.get(target)));
      }
    }
    return events;
  });

/** The log as it reads now: of what was removed the content is gone, and the edits of it. */
function asItReads(events: readonly RoomEvent[]): RoomEvent[] {
  const gone = new Set(
    events.flatMap(({ type, data }) =>
      type === 'removed' ? [(data as { target: string }).target] : [],
    ),
  );
  return events.filter(({ type, position, data }) => {
    const about = type === 'edited' ? (data as { target: string }).target : position;
    return !gone.has(about);
  });
}

/** What history gives: the page, and the newest changes of its events that lie beyond it. */
function readPage(events: readonly RoomEvent[], before: number, limit: number) {
  const offsetOf = ({ position }: RoomEvent) => Number(position.slice(2));
  const kept = asItReads(events);
  const from = Math.max(0, before - 1 - limit);
  const page = kept.filter((one) => offsetOf(one) > from && offsetOf(one) < before);
  const newest = new Map<string, RoomEvent>();
  for (const one of kept) {
    const { target } = one.data as { target?: string };
    const about = target === undefined ? 0 : Number(target.slice(2));
    if (about > from && about < before && offsetOf(one) >= before) {
      newest.set(`${about} ${one.type}`, one);
    }
  }
  return { events: page, changes: [...newest.values()], since: from };
}

describe('the fold of messages', () => {
  it('gives messages with their newest data, and says that and by whom they were edited', () => {
    const bob = { id: 'bob', name: 'Bob' };
    const change = { ...edited(3, 1, 'b'), by: bob };
    const [first, second] = folded([message(1, 'a'), message(2, 'x'), change]);
    expect(first).toMatchObject({
      position: 'E:1',
      data: { text: 'b' },
      by: ada,
      version: 'E:3',
      editedAt: new Date(3_000),
      editedBy: bob,
      isRemoved: false,
    });
    expect(second).toMatchObject({ data: { text: 'x' }, version: 'E:2' });
    expect(second).not.toHaveProperty('editedAt');
  });

  it('[LOG5] keeps the place of a removed message and nothing of its content, anywhere', () => {
    const fold = foldEvents(
      emptyFold(0),
      [message(1, 'secret'), edited(2, 1, 'secret too'), reacted(3, 1, 1), removed(4, 1)],
      TYPES,
    );
    expect(messagesOf(fold).messages).toEqual([
      {
        position: 'E:1',
        type: 'message',
        data: undefined,
        by: ada,
        at: new Date(1_000),
        version: 'E:4',
        isRemoved: true,
        replies: 0,
        reactions: [],
      },
    ]);
    expect(JSON.stringify([...fold.slots])).not.toContain('secret');
  });

  it('passes a version by that is not newer than the one it holds', () => {
    const [one] = folded([message(1, 'a'), edited(3, 1, 'c'), edited(2, 1, 'b'), message(1, 'a')]);
    expect(one).toMatchObject({ data: { text: 'c' }, version: 'E:3' });
  });

  it('counts answers that are there', () => {
    const events = [
      message(1, 'a'),
      message(2, 'b', { replyTo: 'E:1' }),
      message(3, 'c', { replyTo: 'E:1' }),
      message(3, 'c', { replyTo: 'E:1' }),
      removed(4, 2, 'E:1'),
    ];
    expect(folded(events).map(({ replies }) => replies)).toEqual([1, 0, 0]);
  });

  it('passes over what is no message and no change of one', () => {
    const strange = [
      event(1, 'renamed', { title: 'x' }),
      event(2, 'edited', {}),
      event(3, 'edited', { target: 'nowhere' }),
      event(4, 'removed', { target: 7 }),
      event(4, 'removed', null),
      event(4, 'cursor', undefined),
    ];
    expect(folded([...strange, message(5, 'a')])).toHaveLength(1);
  });

  it('begins anew with another epoch', () => {
    const other = { ...message(1, 'new'), position: 'F:1', id: 'F:1' };
    expect(folded([message(1, 'a'), message(2, 'b'), other])).toMatchObject([
      { position: 'F:1', data: { text: 'new' } },
    ]);
  });

  it('keeps the same object for a message that nothing happened to', () => {
    const fold = foldEvents(emptyFold(0), [message(1, 'a'), message(2, 'b')], TYPES);
    const before = messagesOf(fold);
    const after = messagesOf(foldEvents(fold, [edited(3, 2, 'c')], TYPES), before);
    expect(after.messages[0]).toBe(before.messages[0]);
    expect(after.messages[1]).not.toBe(before.messages[1]);
  });

  it('bounds what waits for a page that never comes', () => {
    let fold = emptyFold(5_000);
    for (let target = 1; target <= 3_000; target += 1) {
      fold = foldEvents(fold, [edited(6_000 + target, target, 'x')], TYPES);
    }
    expect(fold.slots.size).toBe(1_000);
  });

  it('is what the log comes to from its beginning, in whatever order and however often it is told', () => {
    fc.assert(
      fc.property(anyLog, fc.infiniteStream(fc.nat()), (events, chance) => {
        const whole = folded(events);
        expect(folded(asItReads(events))).toEqual(whole);
        const shuffled = [...events, ...asItReads(events)]
          .map((one) => ({ one, rank: chance.next().value ?? 0 }))
          .toSorted((a, b) => a.rank - b.rank)
          .map(({ one }) => one);
        expect(folded(shuffled)).toEqual(whole);
      }),
    );
  });

  it('is the same for pages read backwards at any moment while the room goes on', () => {
    fc.assert(
      fc.property(
        anyLog,
        fc.nat(40),
        fc.array(fc.record({ limit: fc.integer({ min: 1, max: 9 }), live: fc.nat(9) })),
        fc.nat(9),
        (events, joinedAt, pages, behind) => {
          const joined = Math.min(joinedAt, events.length);
          let fold: Fold = emptyFold();
          let told = joined;
          const tell = (count: number) => {
            fold = foldEvents(fold, events.slice(told, told + count), TYPES);
            told = Math.min(events.length, told + count);
          };
          let before = joined + 1;
          for (const { limit, live } of [...pages, { limit: 50, live: 0 }]) {
            // A page is read from the log as it stands, and may come after newer events.
            const stored = events.slice(0, Math.min(events.length, told + behind));
            const page = readPage(stored, before, limit);
            tell(live);
            fold = foldPage(fold, page, TYPES);
            before = page.since + 1;
          }
          tell(events.length);
          expect(messagesOf(fold).messages).toEqual(folded(events));
        },
      ),
    );
  });

  it('shows of a stretch what the whole log shows of it', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(40), fc.nat(40), (events, since, later) => {
        const inStretch = ({ position }: Message, from: number) => Number(position.slice(2)) > from;
        const fold = foldEvents(emptyFold(since), events, TYPES);
        const texts = (messages: readonly Message[]) => messages.map(({ data }) => data);
        const expected = folded(events);
        expect(texts(messagesOf(fold).messages)).toEqual(
          texts(expected.filter((one) => inStretch(one, since))),
        );
        const from = Math.max(since, later);
        expect(texts(messagesOf(forgetUpTo(fold, later)).messages)).toEqual(
          texts(expected.filter((one) => inStretch(one, from))),
        );
      }),
    );
  });
});
