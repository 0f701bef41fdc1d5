import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { KeptValue } from '../../../server/bus/bus.ts';
import { createMemoryBus } from '../../../server/bus/memory-bus.ts';
import { createMemoryPresence } from '../../../server/presence/memory-presence.ts';
import type { Presence, PresenceFollower } from '../../../server/presence/presence.ts';
import { Hub } from '../../../server/rooms/hub.ts';
import { activity, defineRoom, durable, type By } from '../../../shared/index.ts';
import { settle } from '../../kit/hand-log.ts';
import { manualClock } from '../../kit/manual-clock.ts';
import { ada, bob, memoryLog } from '../../kit/rooms.ts';

const desk = defineRoom('desk', {
  events: {
    said: durable(z.object({ text: z.string() }), { publish: 'client' }),
    typing: activity('typing', { endedBy: ['said'] }),
  },
});
const room = { kind: 'desk', id: 'r' };
const member = (user: By) => ({ user, memberId: `${user.id}-1` });

describe('values that are kept for all nodes', () => {
  /** A room over a bus whose kept values are read by hand, and the frames of somebody who follows it. */
  function keeping() {
    const clock = manualClock();
    const reads: (() => void)[] = [];
    const kept: KeptValue[] = [];
    const read = () =>
      new Promise<KeptValue[]>((resolve) => {
        const now = [...kept];
        reads.push(() => resolve(now));
      });
    const bus = { ...createMemoryBus(), kept: { read, forget: async () => {} } };
    const memory = createMemoryPresence({ clock });
    const people = new Set<PresenceFollower>();
    const follow: Presence['follow'] = (name, follower) => {
      people.add(follower);
      return memory.follow(name, follower);
    };
    const presence = { ...memory, follow };
    const rooms = { contract: { desk }, log: memoryLog(), presence, bus, clock };
    const hub = new Hub({ ...rooms, nodeTag: 'n', onError: () => {} });
    const keep = (type: string, by: By, at = clock.now()) => {
      const [data, memberId] = ['{"json":{"typing":true,"text":"x"}}', `${by.id}-1`];
      const said = { number: `${by.id}${at}`, type, data, by, at, memberId };
      const message = { ...said, idempotencyKey: undefined };
      kept.push({ id: `${type} ${by.id}`, message, leftMs: 5_000 });
    };
    const answer = async () => {
      reads.shift()?.();
      await settle();
    };
    const reread = () => people.forEach((tell) => tell({ type: 'reread' }));
    const sit = (by: By) => hub.subscribe({ room, member: member(by) });
    const say = (by: By) =>
      hub.publish({ room, type: 'said', data: { text: 'x' }, by }).then(() => settle());
    const standing = async () =>
      (await hub.latest(room)).latest.map(({ type, by }) => `${type} ${by.id}`);
    return { clock, keep, answer, reread, sit, say, standing };
  }

  it('[TYP1] stay away that have ended while they were read, and come that were said since', async () => {
    const { clock, keep, answer, sit, say, standing } = keeping();
    keep('typing', ada);
    keep('typing', bob, clock.now() + 1);
    const opening = sit(bob);
    await settle();
    await say(ada);
    await say(bob);
    await answer();
    await opening;
    expect(await standing()).toEqual(['typing bob']);
  });

  it('[TYP1] stay away whose user has left while they were read', async () => {
    const { keep, answer, reread, sit, standing } = keeping();
    const opening = sit(bob);
    await settle();
    await answer();
    await opening;
    const feed = await sit(ada);
    keep('typing', ada);
    reread();
    await settle();
    await feed.return();
    await answer();
    expect(await standing()).toEqual([]);
  });
});
