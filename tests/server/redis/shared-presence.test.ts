import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../server/clock.ts';
import type { Member, Presence, PresenceChange } from '../../../server/presence/presence.ts';
import {
  RedisPresence,
  type RedisPresenceOptions,
} from '../../../server/presence/redis/redis-presence.ts';
import { redisLinks, type RedisLinks } from '../../kit/redis-links.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';

const room = { kind: 'chat', id: 'general' } as const;
const PEOPLE = 'trpc-rooms:{chat/general}:people';

const seat = (memberId: string, userId: string, sessionId?: string): Member => ({
  memberId,
  user: { id: userId, name: userId.toUpperCase() },
  sessionId,
});

interface Node {
  readonly presence: Presence;
  readonly links: RedisLinks;
  /** What everybody is told there, in words. */
  readonly told: string[];
  ids(): Promise<string[]>;
}

const words = (change: PresenceChange): string => {
  if (change.type === 'leave') return `leave ${change.user.id} ${change.reason}`;
  if (change.type === 'join' || change.type === 'update') {
    return `${change.type} ${change.user.id} ${change.user.state ?? ''}`.trim();
  }
  if (change.type === 'away') return `away ${change.userId}`;
  return 'memberId' in change ? `${change.type} ${change.memberId}` : change.type;
};

describe.skipIf(noRedis)('presence of nodes that share a Redis', () => {
  let redis: RedisServer;
  const nodes: Node[] = [];
  const node = async (more: Partial<RedisPresenceOptions> = {}): Promise<Node> => {
    const links = await redisLinks(redis.url);
    const brief = { holdMs: 400, doubtMs: 1_000 };
    const presence = new RedisPresence({ ...links, clock: systemClock, ...brief, ...more });
    const told: string[] = [];
    await presence.follow(room, (change) => {
      if (change.type !== 'reread') told.push(words(change));
    });
    const ids = async () => (await presence.snapshot(room)).map(({ id }) => id).toSorted();
    const one = { presence, links, told, ids };
    nodes.push(one);
    return one;
  };
  /** Dies without a word. */
  const kill = async ({ links }: Node) => {
    links.pubsub.close();
    await links.link.close();
  };
  const show = (...all: string[][]) =>
    vi.waitFor(async () => expect(await Promise.all(nodes.map(({ ids }) => ids()))).toEqual(all), {
      timeout: 5_000,
    });

  beforeEach(async () => {
    redis = await redisServer();
  });
  afterEach(async () => {
    for (const { presence, links } of nodes.splice(0)) {
      await presence.close();
      await links.close();
    }
    await redis.stop();
  });

  it('[PRE1] [PRE3] is the same on all of them, and on one that comes later', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(room, seat('a1', 'ada'));
    b.presence.join(room, seat('b1', 'bob'));
    await a.presence.setState(room, seat('a1', 'ada'), '{"json":1}');
    await vi.waitFor(() => expect(a.told).toContain('join bob'));
    await vi.waitFor(() => expect(b.told).toContain('join ada {"json":1}'));
    const c = await node();
    expect(await c.presence.snapshot(room)).toEqual([
      { id: 'ada', name: 'ADA', state: '{"json":1}' },
      { id: 'bob', name: 'BOB', state: undefined },
    ]);
    a.presence.leave(room, seat('a1', 'ada'), 'left');
    b.presence.leave(room, seat('b1', 'bob'), 'kicked');
    await show([], [], []);
    expect(c.told).toContain('leave ada left');
    expect(c.told).toContain('leave bob kicked');
  });

  it('[PRE2] says nothing when somebody moves from one node to the other', async () => {
    const [a, b, c] = [await node(), await node(), await node()];
    for (const session of ['s', undefined]) {
      a.presence.join(room, seat('a1', 'ada', session));
      a.presence.join(room, seat('e1', 'eve'));
      await show(['ada', 'eve'], ['ada', 'eve'], ['ada', 'eve']);
      await a.presence.setState(room, seat('a1', 'ada'), '{"json":"busy"}');
      await vi.waitFor(() => expect(c.told.at(-1)).toContain('busy'));
      a.presence.leave(room, seat('a1', 'ada', session), 'dropped');
      b.presence.join(room, seat('b1', 'ada', session));
      // Whoever was dropped after her and did not come back: when he has left, her time would be over, too.
      a.presence.leave(room, seat('e1', 'eve'), 'dropped');
      await vi.waitFor(() => expect(c.told).toContain('leave eve timeout'));
      const [shown] = await c.presence.snapshot(room);
      // State goes with the seat.
      expect(shown?.state).toBe(session ? '{"json":"busy"}' : undefined);
      const public1 = c.told.filter((one) => /^(join|leave)/.test(one));
      expect(public1).toEqual(['join ada', 'join eve', 'leave eve timeout']);
      b.presence.leave(room, seat('b1', 'ada', session), 'left');
      await show([], [], []);
      c.told.length = 0;
    }
  });

  it('[PRE2] gives a live seat to the later connection of the session, and ends the earlier one', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(room, seat('a1', 'ada', 's'));
    await show(['ada'], ['ada']);
    b.presence.join(room, seat('b1', 'ada', 's'));
    await vi.waitFor(() => expect(a.told).toContain('taken a1'));
    expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1);
    await vi.waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'ma1')).toBe(0));
    b.presence.leave(room, seat('b1', 'ada', 's'), 'left');
    await show([], []);
  });

  it('[PRE2] agrees who has the seat when two take it at once', async () => {
    const [a, b, c] = [await node(), await node(), await node()];
    for (let round = 0; round < 20; round += 1) {
      a.presence.join(room, seat(`a${round}`, 'ada', 's'));
      b.presence.join(room, seat(`b${round}`, 'ada', 's'));
      await vi.waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(2));
    }
    await show(['ada'], ['ada'], ['ada']);
    const [last] = ((await redis.command('HKEYS', PEOPLE)) as string[]).filter((id) => id !== '@');
    const owner = last?.startsWith('ma') ? a : b;
    owner.presence.leave(room, seat(last?.slice(1) ?? '', 'ada', 's'), 'left');
    await show([], [], []);
    expect(c.told.filter((one) => /^(join|leave)/.test(one))).toEqual([
      'join ada',
      'leave ada left',
    ]);
  });

  it('[PRE2] forgets the people of a node that died when its lease is over, and not before', async () => {
    const short = { renewMs: 300, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(room, seat('a1', 'ada'));
    b.presence.join(room, seat('b1', 'bob'));
    await vi.waitFor(async () => expect(await b.ids()).toHaveLength(2));
    const until = performance.now() + 1_200;
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), { timeout: 3_000 });
    expect(await b.ids()).toHaveLength(2);
    await kill(a);
    nodes.shift();
    const since = performance.now();
    await vi.waitFor(() => expect(b.told.at(-1)).toBe('leave ada timeout'), { timeout: 3_000 });
    expect(performance.now() - since).toBeLessThan(1_500);
    await vi.waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'ma1')).toBe(0));
    const c = await node(short);
    expect(await c.ids()).toEqual(['bob']);
  });

  it('[PRE2] goes on holding the seats of a node that went down, and no longer than it would have', async () => {
    const short = { renewMs: 200, leaseMs: 10_000 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(room, seat('a1', 'ada', 's'));
    a.presence.join(room, seat('e1', 'eve'));
    await show(['ada', 'eve'], ['ada', 'eve']);
    for (const [id, user] of [
      ['a1', 'ada'],
      ['e1', 'eve'],
    ] as const) {
      a.presence.leave(room, seat(id, user), 'drain');
    }
    await a.presence.close();
    b.presence.join(room, seat('b1', 'ada', 's'));
    nodes.shift();
    await vi.waitFor(() => expect(b.told.at(-1)).toBe('leave eve drain'), { timeout: 3_000 });
    expect(await b.ids()).toEqual(['ada']);
  });

  it('[PRE2] comes back by itself after FLUSHALL, without telling anybody', async () => {
    const short = { renewMs: 200, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(room, seat('a1', 'ada'));
    b.presence.join(room, seat('b1', 'bob'));
    await vi.waitFor(async () => expect(await b.ids()).toHaveLength(2));
    await vi.waitFor(async () => expect(await a.ids()).toHaveLength(2));
    for (const { told } of nodes) told.length = 0;
    await redis.command('FLUSHALL');
    await vi.waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(3));
    const c = await node(short);
    expect(await c.ids()).toEqual(['ada', 'bob']);
    expect([a.told, b.told]).toEqual([[], []]);
    a.presence.leave(room, seat('a1', 'ada'), 'left');
    await vi.waitFor(() => expect(b.told).toEqual(['gone a1', 'leave ada left']));
  });

  it('[PRE2] heals what was said while the link that listens was cut', async () => {
    const [a, b] = [await node(), await node()];
    for (let round = 0; round < 5; round += 1) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      a.presence.join(room, seat(`a${round}`, `u${round}`));
      await a.presence.setState(room, seat(`a${round}`, ''), `{"json":${round}}`);
    }
    a.presence.leave(room, seat('a2', 'u2'), 'left');
    await vi.waitFor(async () => {
      expect(await b.presence.snapshot(room)).toEqual(await a.presence.snapshot(room));
    });
    expect(await b.ids()).toEqual(['u0', 'u1', 'u3', 'u4']);
  });

  it('[PRE2] shows its own people while Redis is gone, and all again when it is back, empty', async () => {
    const short = { renewMs: 200, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(room, seat('a1', 'ada'));
    b.presence.join(room, seat('b1', 'bob'));
    await vi.waitFor(async () => expect(await b.ids()).toHaveLength(2));
    await redis.kill();
    a.presence.join(room, seat('c1', 'cy'));
    a.presence.leave(room, seat('a1', 'ada'), 'left');
    expect(await a.ids()).toContain('cy');
    await redis.start({ empty: true });
    await vi.waitFor(async () => expect(await b.ids()).toEqual(['bob', 'cy']), {
      timeout: 10_000,
    });
    expect(b.told.filter((one) => one.includes('bob') && one.startsWith('leave'))).toEqual([]);
  });

  it('takes no garbage for people, and leaves other applications’ keys alone', async () => {
    const garbage = ['x', '1 n {', '1 n null', '1 n {"user":1}', 'x n {}', '1 n {"user":"u"}'];
    const fields = garbage.flatMap((value, at) => [`mx${at}`, value]);
    await redis.command('HSET', PEOPLE, '@', 'life 7', ...fields);
    const b = await node();
    expect(await b.ids()).toEqual([]);
    b.presence.join(room, seat('b1', 'bob'));
    const live = 'trpc-rooms:{chat/general}:live';
    const told = ['', '{', '{}', 'null', '[]', '{"life":1}', '{"life":"life","version":"x"}'];
    told.push(JSON.stringify({ life: 'life', version: '8', node: 'n', sets: ['m'], gone: [1, 2] }));
    for (const text of told) await redis.command('SPUBLISH', live, `p${text}`);
    await vi.waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1));
    expect(await b.ids()).toEqual(['bob']);
    const other = { kind: 'chat', id: 'taken' };
    await redis.command('SET', 'trpc-rooms:{chat/taken}:people', 'theirs');
    b.presence.join(other, seat('b1', 'bob'));
    expect((await b.presence.snapshot(other)).map(({ id }) => id)).toEqual(['bob']);
    expect(await redis.command('GET', 'trpc-rooms:{chat/taken}:people')).toBe('theirs');
  });

  it('costs one command for all that one turn does', async () => {
    const a = await node();
    await redis.command('CONFIG', 'RESETSTAT');
    for (let n = 0; n < 500; n += 1) a.presence.join(room, seat(`a${n}`, `u${n}`));
    await vi.waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(501));
    const stats = String(await redis.command('INFO', 'commandstats'));
    const calls = /cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1];
    expect(Number(calls)).toBeLessThanOrEqual(2);
  });

  it('[PRE1] [PRE2] comes to the same on all nodes, whatever happens where', async () => {
    interface Deed {
      readonly node: number;
      readonly do: string;
      readonly user: number;
      readonly conn: number;
    }
    const deed: fc.Arbitrary<Deed> = fc.record({
      node: fc.nat(2),
      do: fc.constantFrom('join', 'join', 'left', 'dropped', 'kicked', 'state', 'cut', 'rest'),
      user: fc.nat(2),
      conn: fc.nat(2),
    });
    let run = 0;
    const all = [await node(), await node(), await node()];
    const check = async (deeds: Deed[]) => {
      run += 1;
      const live = new Map<string, { at: Presence; member: Member }>();
      for (const one of deeds) {
        const { presence } = all[one.node] as Node;
        const memberId = `${run}-${one.node}-${one.user}-${one.conn}`;
        const member = seat(memberId, `u${one.user}`, one.conn === 0 ? 's' : undefined);
        if (one.do === 'join' && !live.has(memberId)) {
          presence.join(room, member);
          live.set(memberId, { at: presence, member });
        } else if (one.do === 'state') {
          await presence.setState(room, member, JSON.stringify({ json: memberId }));
        } else if (one.do === 'cut') await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        else if (one.do === 'rest') await new Promise((resolve) => setTimeout(resolve, 5));
        else if (one.do !== 'join' && live.delete(memberId)) {
          presence.leave(room, member, one.do as 'left');
        }
      }
      const shown = () =>
        Promise.all(
          all.map(async ({ presence }) =>
            (await presence.snapshot(room)).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          ),
        );
      // Where the line of a node was cut, it looks again within 2 s.
      const patience = { timeout: 8_000 };
      await vi.waitFor(async () => {
        const [x, y, z] = await shown();
        expect([y, z]).toEqual([x, x]);
      }, patience);
      for (const { at, member } of live.values()) at.leave(room, member, 'left');
      await vi.waitFor(async () => expect(await shown()).toEqual([[], [], []]), patience);
    };
    await fc.assert(fc.asyncProperty(fc.array(deed, { maxLength: 25 }), check), { numRuns: 12 });
  });
});
