import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import type { Member } from '../../../server/presence/presence.ts';
import { RedisPresence } from '../../../server/presence/redis/redis-presence.ts';
import { redisLinks } from '../../kit/redis-links.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { waitFor } from '../../kit/wait-for.ts';

const INDEX = 'trpc-rooms:occupied:chat';

const room = (id: string) => ({ kind: 'chat', id });
const seat = (memberId: string, userId: string): Member => ({
  memberId,
  user: { id: userId, name: userId },
});

describe.skipIf(noRedis)('rooms that somebody is in, over nodes that share a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());

  const node = async () => {
    const links = await redisLinks(redis.url);
    const leases = { renewMs: 200, leaseMs: 600 };
    const presence = new RedisPresence({ ...links, clock: systemClock, holdMs: 100, ...leases });
    let isDead = false;
    /** Dies without a word. */
    const kill = async () => {
      isDead = true;
      links.pubsub.close();
      await links.link.close();
    };
    onTestFinished(async () => {
      await presence.close();
      if (!isDead) await links.close();
    });
    const listed = async () => {
      const { rooms } = await presence.occupied('chat', { after: undefined, limit: 100 });
      return rooms.map(({ room: id, count }) => `${id} ${count}`);
    };
    const command = (...args: string[]) => links.link.command(args);
    return { presence, listed, kill, command };
  };

  it('[PRE1] lists those of all nodes, each user counted once', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(room('here'), seat('a1', 'ada'));
    a.presence.join(room('both'), seat('a2', 'ada'));
    // What another node has done shows once Redis has it.
    await a.listed();
    b.presence.join(room('both'), seat('b1', 'ada'));
    b.presence.join(room('both'), seat('b2', 'bob'));
    b.presence.join(room('there'), seat('b3', 'bob'));
    const all = ['both 2', 'here 1', 'there 1'];
    expect(await b.listed()).toEqual(all);
    expect(await a.listed()).toEqual(all);
    expect(await a.presence.count(room('there'))).toBe(1);
    a.presence.leave(room('both'), seat('a2', 'ada'), 'left');
    a.presence.leave(room('here'), seat('a1', 'ada'), 'left');
    expect(await a.listed()).toEqual(['both 2', 'there 1']);
    for (const [id, user] of [
      ['b1', 'ada'],
      ['b2', 'bob'],
    ] as const) {
      b.presence.leave(room('both'), seat(id, user), 'left');
    }
    b.presence.leave(room('there'), seat('b3', 'bob'), 'left');
    expect(await b.listed()).toEqual([]);
    expect(await a.command('EXISTS', INDEX)).toBe(0);
  });

  it('[PRE2] forgets the rooms of a node that died, in the list and in Redis', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(room('lost'), seat('a1', 'ada'));
    a.presence.join(room('kept'), seat('a2', 'ada'));
    await a.listed();
    b.presence.join(room('kept'), seat('b1', 'bob'));
    expect(await b.listed()).toEqual(['kept 2', 'lost 1']);
    await a.kill();
    await waitFor(async () => expect(await b.listed()).toEqual(['kept 1']));
    await waitFor(async () => {
      expect(await b.command('ZRANGE', INDEX, '0', '-1')).toEqual(['kept']);
    });
  });

  it('takes no room from the list that somebody comes to meanwhile', async () => {
    const [a, b] = [await node(), await node()];
    await a.command('ZADD', INDEX, '0', 'stale');
    const looking = a.listed();
    b.presence.join(room('stale'), seat('b1', 'bob'));
    await looking;
    await waitFor(async () => expect(await a.listed()).toEqual(['stale 1']));
    b.presence.leave(room('stale'), seat('b1', 'bob'), 'left');
    await waitFor(async () => expect(await a.listed()).toEqual([]));
  });

  it('lists the rooms of a Redis that lost its list again, when they are next looked after', async () => {
    const clock = { ...systemClock, after: vi.fn(systemClock.after) };
    const links = await redisLinks(redis.url);
    const presence = new RedisPresence({ ...links, clock });
    onTestFinished(async () => {
      await presence.close();
      await links.close();
    });
    presence.join(room('long'), seat('l1', 'ada'));
    await presence.count(room('long'));
    await links.link.command(['DEL', INDEX]);
    const check = clock.after.mock.calls.find(([ms]) => ms === 30_000)?.[1];
    check?.();
    await waitFor(async () => {
      const { rooms } = await presence.occupied('chat', { after: undefined, limit: 10 });
      expect(rooms).toEqual([{ room: 'long', count: 1 }]);
    });
    presence.leave(room('long'), seat('l1', 'ada'), 'left');
    await presence.count(room('long'));
  });

  it('reads a page of a thousand rooms as it is asked for', async () => {
    const { presence } = await node();
    const ids = Array.from({ length: 1_000 }, (_, no) => `room-${String(no).padStart(4, '0')}`);
    for (const id of ids) presence.join(room(id), seat(`m-${id}`, 'ada'));
    const got: string[] = [];
    let after: string | undefined;
    do {
      const page = await presence.occupied('chat', { after, limit: 100 });
      got.push(...page.rooms.map(({ room: id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(got).toEqual(ids);
  });
});
