import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Feed } from '../../../server/rooms/feed.ts';
import { Values } from '../../../server/rooms/values.ts';
import {
  activity,
  defineRoom,
  durable,
  latest,
  limits,
  type By,
  type Frame,
  type RoomEvent,
} from '../../../shared/index.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada, bob, testHub } from '../../kit/rooms.ts';
import { settableClock } from '../../kit/settable-clock.ts';

const text = z.object({ text: z.string() });
const desk = defineRoom('desk', {
  events: {
    said: durable(text, { publish: 'client' }),
    noted: durable(text, { publish: 'client' }),
    typing: activity('typing', { endedBy: ['said'] }),
    mood: latest(text, { key: 'user' }),
    pin: latest(text, { key: 'user', clear: 'never' }),
    cursor: latest(z.object({ x: z.number() }), { key: 'member', echo: false }),
    topic: latest(text, { key: 'room', changesOnly: true }),
    guest: latest(text, { key: 'room', clear: 'leave' }),
  },
});
const room = { kind: 'desk', id: 'r' };
const userOf = (id: string): By => ({ id, name: id });
const member = (user: By, memberId = `${user.id}-1`) => ({ user, memberId });
type Said = Extract<Frame<RoomEvent>, { type: 'event' | 'cleared' | 'crowd' | 'latest' }>;

async function stage() {
  const { hub, clock } = testHub({ contract: { desk } });
  const publish = (by: By, type: string, data: unknown, memberId?: string) =>
    hub.publish({ room, type, data, by, memberId });
  const type = (by: By, typing = true) => publish(by, 'typing', { typing });
  /** Follows, and tells what came since the last time in a few words. */
  const follow = async (user: By, memberId?: string, isGone = false) => {
    const feed: Feed = await hub.subscribe({
      room,
      member: member(user, memberId),
      isGone: () => isGone,
    });
    const frames: Frame<RoomEvent>[] = [];
    const read = async () => {
      for await (const [, frame] of feed) frames.push(frame);
    };
    void read();
    await settle();
    const ready = frames.shift();
    if (ready?.type !== 'ready') throw new Error('no ready');
    const seen = async () => {
      await settle();
      const news = frames.splice(0).filter(({ type: one }) => one !== 'presence') as Said[];
      return news.map((frame) => {
        if (frame.type === 'event') return `${frame.event.type} ${frame.event.by.id}`;
        if (frame.type === 'cleared') return `cleared ${frame.event} ${frame.key}`;
        if (frame.type === 'latest') return `latest ${frame.latest.length}`;
        return `crowd ${frame.count} (${frame.users.length})`;
      });
    };
    return { feed, ready, seen, frames };
  };
  return { hub, clock, publish, type, follow };
}

describe('latest values', () => {
  it('[TYP1] are told when they begin, not when they are said again', async () => {
    const { clock, type, follow } = await stage();
    const watcher = await follow(bob);
    await type(ada);
    clock.advance(4_000);
    await type(ada);
    clock.advance(5_999);
    expect(await watcher.seen()).toEqual(['typing ada']);
    clock.advance(1);
    expect(await watcher.seen()).toEqual(['cleared typing ada']);
  });

  it('[TYP1] end with what says so, once', async () => {
    const { type, follow } = await stage();
    const watcher = await follow(bob);
    await type(ada);
    await type(ada, false);
    await type(ada, false);
    expect(await watcher.seen()).toEqual(['typing ada', 'cleared typing ada']);
    expect((await follow(bob, 'b2')).ready.latest).toEqual([]);
  });

  it('[TYP1] end with a message of their user, and with nobody else’s', async () => {
    const { type, publish, follow } = await stage();
    const watcher = await follow(bob);
    await type(ada);
    await publish(bob, 'said', { text: 'x' });
    await publish(ada, 'noted', { text: 'x' });
    await publish(ada, 'said', { text: 'x' });
    await publish(ada, 'said', { text: 'y' });
    expect(await watcher.seen()).toEqual([
      'typing ada',
      'said bob',
      'noted ada',
      'said ada',
      'cleared typing ada',
      'said ada',
    ]);
  });

  it.each([-3_600_000, -1_500, 3_600_000])(
    '[TYP1] are gone in their time when the clock is set by %i ms',
    (ms) => {
      const clock = settableClock();
      const gone: string[] = [];
      const values = new Values({
        kind: desk,
        clock,
        people: { hasUser: () => true, isHere: () => true, isSeated: () => true },
        emit: (frame) => frame.type === 'cleared' && gone.push(frame.key),
        onGone: () => {},
        isOwn: () => true,
        forget: () => {},
      });
      const take = (by: By) => {
        const at = clock.now();
        const data = { typing: true };
        const sent = { number: by.id, type: 'typing', by, at, data: JSON.stringify(data) };
        const event = { id: by.id, type: 'typing', data, by, at: new Date(at), position: 'E:0' };
        const nobody = { memberId: undefined, idempotencyKey: undefined };
        values.take(desk.events.typing, { ...sent, ...nobody }, event);
      };
      take(ada);
      clock.advance(2_000);
      clock.turn(ms);
      clock.advance(1_000);
      // Another value sets the timer anew.
      take(bob);
      clock.advance(2_999);
      expect(gone).toEqual([]);
      clock.advance(1);
      expect(gone).toEqual(['ada']);
      clock.advance(2_999);
      expect(gone).toEqual(['ada']);
      clock.advance(1);
      expect(gone).toEqual(['ada', 'bob']);
      values.close();
    },
  );

  it('[TYP1] are never told to their own user, on whichever of his connections', async () => {
    const { clock, type, follow } = await stage();
    const own = await follow(ada, 'a1');
    const tab = await follow(ada, 'a2');
    const watcher = await follow(bob);
    await type(ada);
    expect((await follow(ada, 'a3')).ready.latest).toEqual([]);
    expect((await follow(bob, 'b2')).ready.latest).toHaveLength(1);
    clock.advance(6_000);
    expect([await own.seen(), await tab.seen()]).toEqual([[], []]);
    expect(await watcher.seen()).toEqual(['typing ada', 'cleared typing ada']);
  });

  it('[TYP1] end at once when the connection breaks, though its seat is held', async () => {
    const { hub, clock, type, publish, follow } = await stage();
    const watcher = await follow(bob);
    const dropped = await follow(ada, 'a1', true);
    await type(ada);
    await publish(ada, 'mood', { text: 'fine' });
    await dropped.feed.return();
    expect(await watcher.seen()).toEqual(['typing ada', 'mood ada', 'cleared typing ada']);
    expect((await hub.members(room)).count).toBe(2);
    clock.advance(15_000);
    expect(await watcher.seen()).toEqual(['cleared mood ada']);
  });

  it('[CON1] stay, or go with their member or user, as the contract says', async () => {
    const { publish, follow } = await stage();
    const watcher = await follow(bob);
    const first = await follow(ada, 'a1');
    const second = await follow(ada, 'a2');
    await publish(ada, 'cursor', { x: 1 }, 'a1');
    await publish(ada, 'cursor', { x: 2 }, 'a2');
    for (const type of ['mood', 'pin', 'guest']) await publish(ada, type, { text: 'x' });
    await watcher.seen();
    await first.feed.return();
    expect(await watcher.seen()).toEqual(['cleared cursor a1']);
    await second.feed.return();
    expect((await watcher.seen()).toSorted()).toEqual([
      'cleared cursor a2',
      'cleared guest ',
      'cleared mood ada',
    ]);
    expect((await follow(bob, 'b2')).ready.latest.map(({ type }) => type)).toEqual(['pin']);
  });

  it('[CON1] are not taken of clients who are not there to go with', async () => {
    const { hub, clock, publish, follow } = await stage();
    const watcher = await follow(bob);
    const held = await follow(ada, 'a1', true);
    await held.feed.return();
    const absent = { code: 'NOT_PRESENT' };
    const cursor = publish(ada, 'cursor', { x: 1 }, 'a1');
    await expect(cursor).rejects.toMatchObject(absent);
    // Of a user whose seat is held it waits for him.
    await publish(ada, 'mood', { text: 'x' }, 'a2');
    clock.advance(15_000);
    await expect(publish(ada, 'mood', { text: 'y' }, 'a2')).rejects.toMatchObject(absent);
    await publish(ada, 'pin', { text: 'x' }, 'a2');
    expect(await watcher.seen()).toEqual(['mood ada', 'cleared mood ada', 'pin ada']);
    expect((await hub.members(room)).count).toBe(1);
  });

  it('[TYP1] are taken of whoever is not there where time takes them away', async () => {
    const { clock, publish, follow } = await stage();
    const watcher = await follow(bob);
    await publish(ada, 'typing', { typing: true }, 'a1');
    expect(await watcher.seen()).toEqual(['typing ada']);
    clock.advance(6_000);
    expect(await watcher.seen()).toEqual(['cleared typing ada']);
  });

  it('name the member that they are keyed by', async () => {
    const { publish, follow } = await stage();
    const watcher = await follow(bob);
    await follow(ada, 'a1');
    await publish(ada, 'cursor', { x: 1 }, 'a1');
    await settle();
    expect(watcher.frames.at(-1)).toMatchObject({ event: { type: 'cursor', key: 'a1' } });
  });

  it('are told again when others say what stands, unless only changes are', async () => {
    const { publish, follow } = await stage();
    const watcher = await follow(bob);
    for (const type of ['mood', 'mood', 'topic', 'topic']) await publish(ada, type, { text: 'x' });
    expect(await watcher.seen()).toEqual(['mood ada', 'mood ada', 'topic ada']);
  });
});

describe('a crowd', () => {
  const people = Array.from({ length: 40 }, (_, index) => userOf(`u${index}`));
  const some = (count: number) => people.slice(0, count);

  it('[TYP1] is counted above 20, and told twice a second at most', async () => {
    const { clock, type, follow } = await stage();
    const watcher = await follow(bob);
    for (const one of some(limits.crowdAbove)) await type(one);
    expect(await watcher.seen()).toHaveLength(limits.crowdAbove);
    for (const one of people) await type(one);
    expect(await watcher.seen()).toEqual([]);
    clock.advance(500);
    expect(await watcher.seen()).toEqual(['crowd 40 (5)']);
    for (const one of people.slice(30)) await type(one, false);
    clock.advance(500);
    expect(await watcher.seen()).toEqual(['crowd 30 (5)']);
  });

  it('[TYP1] is named again, all of it, once there are clearly fewer', async () => {
    const { clock, type, follow } = await stage();
    const watcher = await follow(bob);
    for (const one of people) await type(one);
    clock.advance(500);
    await watcher.seen();
    for (const one of people.slice(16)) await type(one, false);
    clock.advance(500);
    expect(await watcher.seen()).toEqual(['crowd 16 (5)']);
    for (const one of some(2)) await type(one, false);
    clock.advance(500);
    expect(await watcher.seen()).toEqual(['crowd 14 (14)']);
    await type(people[39] ?? ada);
    expect(await watcher.seen()).toEqual(['typing u39']);
  });

  it('[TYP1] is what a newcomer is told, in place of its values', async () => {
    const { type, publish, follow } = await stage();
    for (const one of people) await type(one);
    await publish(ada, 'topic', { text: 'x' });
    const { ready } = await follow(bob);
    expect(ready.latest.map((event) => event.type)).toEqual(['topic']);
    expect(ready.crowds).toEqual([{ event: 'typing', count: 40, users: some(5) }]);
  });

  it('[TYP1] ends with the age of its values', async () => {
    const { clock, type, follow } = await stage();
    for (const one of people) await type(one);
    const watcher = await follow(bob);
    clock.advance(6_000);
    await watcher.seen();
    clock.advance(500);
    expect(await watcher.seen()).toEqual(['crowd 0 (0)']);
    await type(ada);
    expect(await watcher.seen()).toEqual(['typing ada']);
  });
});
