import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Feed } from '../../../server/rooms/feed.ts';
import { chat, defineRoom, limits, type By, type Frame } from '../../../shared/index.ts';
import { settle } from '../../kit/hand-log.ts';
import { ada, bob, general, testHub } from '../../kit/rooms.ts';

const member = (user: By, memberId = `${user.id}-1`, sessionId?: string) => ({
  user,
  memberId,
  sessionId,
});

/** Follows a room and keeps what comes. */
async function watch(feed: Feed) {
  const frames: Frame[] = [];
  const read = async () => {
    for await (const [, frame] of feed) frames.push(frame);
  };
  const reading = read();
  await settle();
  return {
    frames,
    presence: () => frames.filter((frame) => frame.type === 'presence'),
    over: reading,
  };
}

describe('presence in a room', () => {
  it('[CON4] [PRE3] begins with everybody who is there, oneself among them', async () => {
    const { hub } = testHub();
    await hub.subscribe({ room: general, member: member(bob) });
    const { frames } = await watch(await hub.subscribe({ room: general, member: member(ada) }));
    const presence = { version: 0, count: 2, users: [bob, ada] };
    expect(frames).toMatchObject([{ type: 'ready', presence }]);
  });

  it('[PRE1] tells of users, not of connections', async () => {
    const { hub, clock } = testHub();
    const watcher = await watch(await hub.subscribe({ room: general, member: member(bob) }));
    clock.advance(100);
    const feeds = [];
    for (const id of ['a1', 'a2']) {
      feeds.push(await hub.subscribe({ room: general, member: member(ada, id) }));
      clock.advance(100);
    }
    for (const feed of feeds) {
      await feed.return();
      clock.advance(100);
    }
    await settle();
    expect(watcher.presence().slice(1)).toEqual([
      { type: 'presence', version: 2, count: 2, join: [ada] },
      { type: 'presence', version: 3, count: 1, leave: [{ ...ada, reason: 'left' }] },
    ]);
  });

  it('[PRE2] waits for whoever is asked to go to another node, and not for whoever is shut out', async () => {
    const { hub, clock, bus } = testHub();
    const watcher = await watch(await hub.subscribe({ room: general, member: member(bob) }));
    const gone = await hub.subscribe({ room: general, member: member(ada) });
    const cy = { id: 'cy', name: 'Cy' };
    await hub.subscribe({ room: general, member: member(cy) });
    clock.advance(100);
    hub.handOver();
    // Some clients stop what they followed when they have moved: that is no leaving either.
    await gone.return();
    await bus.announce({ room: general, revoked: { who: { only: 'cy' }, reason: 'banned' } });
    clock.advance(14_900);
    await settle();
    const leave = (user: By, reason: string) => ({ leave: [{ ...user, reason }] });
    expect(watcher.presence().slice(1)).toMatchObject([leave(cy, 'kicked')]);
    clock.advance(300);
    await settle();
    expect(watcher.presence().slice(2)).toMatchObject([leave(ada, 'drain')]);
  });

  it('[PRE2] tells nobody of a flap, and of a drop that lasts after 15 s', async () => {
    const { hub, clock } = testHub();
    const isGone = () => true;
    const watcher = await watch(await hub.subscribe({ room: general, member: member(bob) }));
    const first = await hub.subscribe({ room: general, member: member(ada, 'a1'), isGone });
    clock.advance(100);
    await first.return();
    clock.advance(5_000);
    const back = await hub.subscribe({ room: general, member: member(ada, 'a2'), isGone });
    clock.advance(20_000);
    await settle();
    expect(watcher.presence()).toHaveLength(1);
    await back.return();
    clock.advance(14_999);
    await settle();
    expect(watcher.presence()).toHaveLength(1);
    clock.advance(101);
    await settle();
    expect(watcher.presence().at(-1)).toMatchObject({
      count: 1,
      leave: [{ ...ada, reason: 'timeout' }],
    });
  });

  it('[PRE2] ends the feeds of a connection whose seat another of its session takes', async () => {
    const { hub, clock } = testHub();
    const old = await hub.subscribe({ room: general, member: member(ada, 'a1', 's') });
    const elsewhere = await hub.subscribe({
      room: { kind: 'chat', id: 'other' },
      member: member(ada, 'a1', 's'),
    });
    const watcher = await watch(old);
    await hub.subscribe({ room: general, member: member(ada, 'a2', 's') });
    await watcher.over;
    expect((await elsewhere.next()).done).toBe(false);
    clock.advance(60_000);
    expect(await hub.members(general)).toMatchObject({ count: 1 });
  });

  it('[AUT1] shows nobody who was shut out, be he there or only waited for', async () => {
    const { hub, bus, clock } = testHub();
    const watcher = await watch(await hub.subscribe({ room: general, member: member(ada) }));
    await hub.subscribe({ room: general, member: member(bob) });
    const cy = { id: 'cy', name: 'Cy' };
    const away = await hub.subscribe({ room: general, member: member(cy), isGone: () => true });
    clock.advance(100);
    await away.return();
    await bus.announce({ room: general, revoked: { who: { except: ['ada'] }, reason: 'closed' } });
    clock.advance(100);
    await settle();
    const last = watcher.presence().at(-1);
    expect(last?.leave?.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      'bob kicked',
      'cy kicked',
    ]);
  });

  it('[RES5] gives a reader who fell behind the people as they are, once he has caught up', async () => {
    const { hub, clock } = testHub();
    const feed = await hub.subscribe({ room: general, member: member(bob) });
    expect((await feed.next()).value?.[1]).toMatchObject({ type: 'ready' });
    for (let index = 0; index <= limits.feedFrames; index += 1) {
      await hub.publish({ room: general, type: 'message', data: { text: 'x' }, by: bob });
    }
    await hub.subscribe({ room: general, member: member(ada) });
    clock.advance(100);
    const seen: Frame[] = [];
    while (seen.at(-1)?.type !== 'presence') {
      const { value } = await feed.next();
      if (value) seen.push(value[1]);
    }
    expect(seen.slice(0, -1).every(({ type }) => type === 'event')).toBe(true);
    expect(seen).toHaveLength(limits.feedFrames + 2);
    expect(seen.at(-1)).toMatchObject({ version: 1, count: 2, users: [bob, ada] });
  });

  it('[RES1] tracks presence at the position of its reader', async () => {
    const { hub, clock } = testHub();
    await hub.publish({ room: general, type: 'message', data: { text: 'x' }, by: bob });
    const feed = await hub.subscribe({ room: general, member: member(bob) });
    const ready = (await feed.next()).value?.[0];
    clock.advance(100);
    const presence = (await feed.next()).value?.[0];
    expect(ready).toMatch(/^E:1\/n/);
    expect(presence).toMatch(/^E:1\/n/);
    expect(presence).not.toBe(ready);
  });

  it('[CON2] shows a member’s state, decoded', async () => {
    const days = defineRoom('days', { events: {}, presence: z.object({ since: z.date() }) });
    const { hub, clock } = testHub({ contract: { chat, days } });
    const room = { kind: 'days', id: 'r' };
    const feed = await hub.subscribe({ room, member: member(ada) });
    await feed.next();
    const state = { since: new Date(5) };
    await hub.setPresence(room, member(ada), state);
    clock.advance(100);
    expect((await feed.next()).value?.[1]).toMatchObject({ join: [{ ...ada, state }] });
    expect((await hub.members(room)).users).toEqual([{ ...ada, state }]);
  });

  it('refuses a state that is too large, or of who is not there, and keeps none of it', async () => {
    const { hub } = testHub();
    await hub.subscribe({ room: general, member: member(ada) });
    const large = { status: 'x'.repeat(limits.presenceBytes) };
    await expect(hub.setPresence(general, member(ada), large)).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    await expect(hub.setPresence(general, member(bob), { status: 'here' })).rejects.toMatchObject({
      code: 'NOT_PRESENT',
    });
    expect((await hub.members(general)).users).toEqual([ada]);
  });
});

describe('what a newcomer is given', () => {
  it('[CON4] carries the newest events, up to where the stream begins', async () => {
    const { hub } = testHub();
    const say = (text: string) =>
      hub.publish({ room: general, type: 'message', data: { text }, by: bob });
    for (let index = 1; index <= limits.recentDefault + 1; index += 1) await say(`${index}`);
    const feed = await hub.subscribe({ room: general, member: member(ada) });
    const ready = (await feed.next()).value?.[1];
    if (ready?.type !== 'ready') throw new Error('no ready');
    expect(ready.recent).toHaveLength(limits.recentDefault);
    expect([ready.recent?.[0]?.data, ready.recent?.at(-1)?.id]).toEqual([{ text: '2' }, 'E:51']);
    await say('next');
    expect((await feed.next()).value?.[0]).toBe('E:52');
  });

  it('is bounded in bytes, without a hole in front of the stream', async () => {
    const { hub } = testHub();
    const text = 'ä'.repeat(4_000);
    for (let index = 0; index < 40; index += 1) {
      await hub.publish({ room: general, type: 'message', data: { text }, by: bob });
    }
    const feed = await hub.subscribe({ room: general, member: member(ada) });
    const ready = (await feed.next()).value?.[1];
    if (ready?.type !== 'ready') throw new Error('no ready');
    const ids = ready.recent?.map(({ id }) => id) ?? [];
    expect(ids).toHaveLength(Math.floor(limits.recentBytes / 8_020));
    expect(ids.at(-1)).toBe('E:40');
  });

  it('comes with a gap, not with a resume, and not where the kind has none', async () => {
    const silent = defineRoom('silent', { events: { message: chat.events.message }, recent: 0 });
    const { hub } = testHub({ contract: { chat, silent } });
    const say = (kind: string) =>
      hub.publish({ room: { kind, id: 'r' }, type: 'message', data: { text: 'x' }, by: bob });
    const recentOf = async (kind: string, since?: string) => {
      const room = { kind, id: 'r' };
      const feed = await hub.subscribe({ room, member: member(ada), since });
      const ready = (await feed.next()).value?.[1];
      return ready?.type === 'ready' ? [ready.start, ready.recent?.length] : [];
    };
    await Promise.all(['chat', 'silent'].map(say));
    expect(await recentOf('chat', 'E:1')).toEqual(['resumed', undefined]);
    expect(await recentOf('chat', 'OLD:1')).toEqual(['gap', 1]);
    expect(await recentOf('silent')).toEqual(['fresh', undefined]);
    expect(await recentOf('silent', 'OLD:1')).toEqual(['gap', undefined]);
  });
});
