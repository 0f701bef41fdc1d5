import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Member, Presence } from '../../../server/presence/presence.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { PEOPLE, presenceNodes, seat, type PresenceNode } from '../../kit/presence-nodes.ts';
import { general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.skipIf(noRedis)('presence of nodes that share a Redis', () => {
  const { redis, node, show } = presenceNodes();

  it('[PRE1] [PRE3] is the same on all of them, and on one that comes later', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(general, seat('a1', 'ada'));
    b.presence.join(general, seat('b1', 'bob'));
    await a.presence.setState(general, seat('a1', 'ada'), '{"json":1}');
    await waitFor(() => expect(a.told).toContain('join bob'));
    await waitFor(() => expect(b.told).toContain('join ada {"json":1}'));
    const c = await node();
    expect(await c.presence.snapshot(general)).toEqual([
      { id: 'ada', name: 'ADA', state: '{"json":1}' },
      { id: 'bob', name: 'BOB', state: undefined },
    ]);
    a.presence.leave(general, seat('a1', 'ada'), 'left');
    b.presence.leave(general, seat('b1', 'bob'), 'kicked');
    await show([], [], []);
    expect(c.told).toContain('leave ada left');
    expect(c.told).toContain('leave bob kicked');
  });

  it('[PRE2] says nothing when somebody moves from one node to the other', async () => {
    const [a, b, c] = [await node(), await node(), await node()];
    for (const session of ['s', undefined]) {
      a.presence.join(general, seat('a1', 'ada', session));
      a.presence.join(general, seat('e1', 'eve'));
      await show(['ada', 'eve'], ['ada', 'eve'], ['ada', 'eve']);
      await a.presence.setState(general, seat('a1', 'ada'), '{"json":"busy"}');
      await waitFor(() => expect(c.told.at(-1)).toContain('busy'));
      a.presence.leave(general, seat('a1', 'ada', session), 'dropped');
      b.presence.join(general, seat('b1', 'ada', session));
      // Whoever was dropped after her and did not come back: when he has left, her time would be over, too.
      a.presence.leave(general, seat('e1', 'eve'), 'dropped');
      await waitFor(() => expect(c.told).toContain('leave eve timeout'));
      const [shown] = await c.presence.snapshot(general);
      // State goes with the seat.
      expect(shown?.state).toBe(session ? '{"json":"busy"}' : undefined);
      const public1 = c.told.filter((one) => /^(join|leave)/.test(one));
      expect(public1).toEqual(['join ada', 'join eve', 'leave eve timeout']);
      b.presence.leave(general, seat('b1', 'ada', session), 'left');
      await show([], [], []);
      c.told.length = 0;
    }
  });

  it('[PRE2] gives a live seat to the later connection of the session, and ends the earlier one', async () => {
    const [a, b] = [await node(), await node()];
    a.presence.join(general, seat('a1', 'ada', 's'));
    await show(['ada'], ['ada']);
    b.presence.join(general, seat('b1', 'ada', 's'));
    await waitFor(() => expect(a.told).toContain('taken a1'));
    expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1);
    await waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'ma1')).toBe(0));
    b.presence.leave(general, seat('b1', 'ada', 's'), 'left');
    await show([], []);
  });

  it('[PRE2] agrees who has the seat when two take it at once', async () => {
    const [a, b, c] = [await node(), await node(), await node()];
    for (let round = 0; round < 20; round += 1) {
      a.presence.join(general, seat(`a${round}`, 'ada', 's'));
      b.presence.join(general, seat(`b${round}`, 'ada', 's'));
      await waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(2));
    }
    await show(['ada'], ['ada'], ['ada']);
    const [last] = ((await redis.command('HKEYS', PEOPLE)) as string[]).filter((id) => id !== '@');
    const owner = last?.startsWith('ma') ? a : b;
    owner.presence.leave(general, seat(last?.slice(1) ?? '', 'ada', 's'), 'left');
    await show([], [], []);
    expect(c.told.filter((one) => /^(join|leave)/.test(one))).toEqual([
      'join ada',
      'leave ada left',
    ]);
  });

  it('[PRE2] takes no garbage for people, and leaves other applications’ keys alone', async () => {
    const garbage = ['x', '1 n {', '1 n null', '1 n {"user":1}', 'x n {}', '1 n {"user":"u"}'];
    // A state of some other version: whoever was shown it could not open the room.
    const state = '{"json":1,"meta":{"values":["bogus"]}}';
    garbage.push(`1 n ${JSON.stringify({ user: 'u', name: 'U', state, stateNo: 1 })}`);
    const fields = garbage.flatMap((value, at) => [`mx${at}`, value]);
    await redis.command('HSET', PEOPLE, '@', 'life 7', ...fields);
    const b = await node();
    expect(await b.ids()).toEqual([]);
    b.presence.join(general, seat('b1', 'bob'));
    const live = 'trpc-rooms:{chat/general}:live';
    const told = ['', '{', '{}', 'null', '[]', '{"life":1}', '{"life":"life","version":"x"}'];
    told.push(JSON.stringify({ life: 'life', version: '8', node: 'n', sets: ['m'], gone: [1, 2] }));
    for (const text of told) await redis.command('SPUBLISH', live, `p${text}`);
    await waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1));
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
    for (let n = 0; n < 500; n += 1) a.presence.join(general, seat(`a${n}`, `u${n}`));
    await waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(501));
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
        const { presence } = all[one.node] as PresenceNode;
        const memberId = `${run}-${one.node}-${one.user}-${one.conn}`;
        const member = seat(memberId, `u${one.user}`, one.conn === 0 ? 's' : undefined);
        if (one.do === 'join' && !live.has(memberId)) {
          presence.join(general, member);
          live.set(memberId, { at: presence, member });
        } else if (one.do === 'state') {
          await presence.setState(general, member, JSON.stringify({ json: memberId }));
        } else if (one.do === 'cut') await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
        else if (one.do === 'rest') await new Promise((resolve) => setTimeout(resolve, 5));
        else if (one.do !== 'join' && live.delete(memberId)) {
          presence.leave(general, member, one.do as 'left');
        }
      }
      const shown = () =>
        Promise.all(
          all.map(async ({ presence }) =>
            (await presence.snapshot(general)).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          ),
        );
      await waitFor(async () => {
        const [x, y, z] = await shown();
        expect([y, z]).toEqual([x, x]);
      });
      for (const { at, member } of live.values()) at.leave(general, member, 'left');
      await waitFor(async () => expect(await shown()).toEqual([[], [], []]));
    };
    await fc.assert(fc.asyncProperty(fc.array(deed, { maxLength: 25 }), check), { numRuns: 12 });
  });
});
