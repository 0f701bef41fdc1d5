import { describe, expect, it } from 'vitest';
import { PUSH, type PushItem, type PushSink } from '../../../server/push.ts';
import { FeedQueue } from '../../../server/rooms/feed-queue.ts';
import { durableFrame } from '../../../server/rooms/tracked-frame.ts';
import { createTally } from '../../../server/tally.ts';
import type { Frame, Position } from '../../../shared/index.ts';
import { feedStage } from '../../kit/feed-stage.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada, bob, general, memoryLog, testHub } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

/** A reader that takes `room` items and is full then. */
function reader(room: number) {
  const taken: string[] = [];
  let ended = 0;
  const sink: PushSink = {
    hasRoom: () => true,
    push: ({ data }: PushItem) => {
      const frame = data as Frame<{ data: { text: string } }>;
      taken.push(frame.type === 'event' ? frame.event.data.text : frame.type);
      return taken.length < room;
    },
    end: () => void (ended += 1),
  };
  return { taken, sink, ended: () => ended };
}

async function stage(room: number) {
  const parts = testHub();
  const { hub } = parts;
  const feed = await hub.subscribe({ room: general, member: { memberId: 'b', user: bob } });
  const { taken, sink, ended } = reader(room);
  const control = feed[PUSH](sink);
  await settle();
  const say = (text: string) =>
    hub.publish({ room: general, type: 'message', data: { text }, by: ada });
  return { ...parts, feed, taken, ended, control, say };
}

describe('a feed whose reader is shut out', () => {
  it('[AUT1] ends with the word why, and nothing comes after it', async () => {
    const { feed, taken, ended, say, hub } = await stage(100);
    await say('one');
    feed.revoke('removed');
    feed.revoke('removed');
    await say('two');
    expect(taken).toEqual(['ready', 'one', 'revoked']);
    expect(ended()).toBe(1);
    expect(await hub.members(general)).toMatchObject({ count: 0 });
  });

  it.each([
    ['removed', 'kicked'],
    ['left', 'left'],
  ] as const)('[PRE1] %s: leaves the room at once, which others see as %s', async (why, reason) => {
    const { hub, feed, clock } = await stage(100);
    const other = await hub.subscribe({ room: general, member: { memberId: 'c', user: ada } });
    await other.next();
    feed.revoke(why);
    clock.advance(200);
    let seen: unknown;
    while (seen === undefined) {
      const frame = (await other.next()).value?.[1];
      if (frame?.type === 'presence') seen = frame.leave;
    }
    expect(seen).toMatchObject([{ id: 'bob', reason }]);
  });

  it('[AUT1] forgets what waits for a slow reader', async () => {
    const { feed, taken, ended, say, control } = await stage(2);
    for (const text of ['one', 'two', 'three']) await say(text);
    expect(taken).toEqual(['ready', 'one']);
    feed.revoke('removed');
    control.resume();
    control.resume();
    expect(taken).toEqual(['ready', 'one', 'revoked']);
    expect(ended()).toBe(1);
  });

  it('[AUT1] forgets what it reads from the log for one who is behind', async () => {
    const { hub, say } = await stage(100);
    const texts = Array.from({ length: 250 }, (_, n) => `m${n}`);
    for (const text of texts) await say(text);
    const member = { memberId: 'c', user: bob };
    const feed = await hub.subscribe({ room: general, member, since: 'E:0' });
    const { taken, sink, ended } = reader(50);
    const control = feed[PUSH](sink);
    const before = 50;
    await waitFor(() => expect(taken).toHaveLength(before));
    feed.revoke('banned');
    control.resume();
    control.resume();
    await settle();
    expect(taken.slice(before)).toEqual(['revoked']);
    expect(ended()).toBe(1);
  });

  it('[AUT1] that has not begun is refused', async () => {
    const { hub } = testHub();
    const feed = await hub.subscribe({ room: general, member: { memberId: 'b', user: bob } });
    feed.revoke('removed');
    await expect(feed.next()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await feed.next()).done).toBe(true);
  });

  it('[RES3] has not begun while `ready` waits, which says what was missed', async () => {
    const { append, open } = await feedStage(memoryLog());
    for (const text of ['a', 'b', 'c', 'd', 'e']) await append(text);
    // More than may be replayed: it begins with a gap.
    const feed = await open({ since: { epoch: 'E', offset: 1 }, maxReplay: 2 });
    const { taken, sink } = reader(100);
    let isFull = false;
    let failure: unknown;
    const control = feed[PUSH]({
      ...sink,
      hasRoom: () => !isFull,
      end: (error) => (failure ??= error),
    });
    // Another stream of his fills him while it is read.
    isFull = true;
    await settle();
    feed.revoke('removed');
    isFull = false;
    control.resume();
    expect(taken).toEqual([]);
    expect(failure).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('[RES3] tells of a gap first that waits, and forgets the rest', () => {
    const position = { epoch: 'E', offset: 9 };
    const room = {
      valuesFor: () => ({ latest: [] }),
      presence: undefined,
      keyWindowMs: 1,
      frameId: ({ epoch, offset }: Position) => `${epoch}:${offset}/n`,
      position,
    };
    const options = { room, userId: undefined, maxFrames: 9, tally: createTally() };
    const queue = new FeedQueue(options);
    queue.begin({ start: 'fresh', position: { epoch: 'E', offset: 1 } });
    queue.take();
    queue.skip('expired', position);
    const event = durableFrame({ offset: 10, type: 'message', data: null, by: ada, at: 1 }, 'E');
    queue.receive(event, false);
    queue.revoke('removed');
    const seen = [queue.take(), queue.take(), queue.take()].map(
      (frame) => frame && [frame.data.type, frame.id],
    );
    expect(seen).toEqual([['gap', 'E:9/n'], ['revoked', 'E:9/n'], undefined]);
  });

  it('[AUT1] is found by room and user, on every node that hears the notice', async () => {
    const { hub, bus } = testHub();
    const open = (id: string, memberId: string, room = 'general') =>
      hub.subscribe({
        room: { kind: 'chat', id: room },
        member: { memberId, user: { id, name: id } },
      });
    const feeds = {
      one: await open('bob', 'b1'),
      two: await open('bob', 'b2'),
      cy: await open('cy', 'c1'),
      elsewhere: await open('bob', 'b1', 'other'),
    };
    for (const feed of Object.values(feeds)) await feed.next();
    await bus.announce({ room: general });
    await bus.announce({
      room: general,
      revoked: { who: { only: 'bob' }, reason: 'removed' },
    });
    for (const feed of [feeds.one, feeds.two]) {
      expect((await feed.next()).value?.[1]).toEqual({ type: 'revoked', reason: 'removed' });
    }
    await bus.announce({ room: general, revoked: { who: { except: ['cy'] }, reason: 'closed' } });
    const data = { text: 'hi' };
    for (const id of ['general', 'other']) {
      await hub.publish({ room: { kind: 'chat', id }, type: 'message', data, by: ada });
    }
    for (const feed of [feeds.cy, feeds.elsewhere]) {
      expect((await feed.next()).value?.[1]).toMatchObject({ type: 'event' });
    }
    await hub.close();
  });
});
