import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isMeant } from '../../../server/bus/notice.ts';
import { deafProxy } from '../../kit/deaf-proxy.ts';
import {
  inMemory,
  losingNode,
  onRedis,
  type Shared,
  type Sharing,
} from '../../kit/keeping-nodes.ts';
import { noRedis, redisServer, type RedisServer } from '../../kit/redis-server.ts';
import { ada, bob } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

const room = { kind: 'chat', id: 'r' };
const OUT = { role: undefined };

/** What becomes of feeds when word of a loss gets lost itself. `share` begins with nothing stored. */
function revocations(name: string, share: Sharing): void {
  describe(`a change of a room that shuts somebody out, ${name}`, () => {
    const opened: Shared[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ close }) => close()));
    });

    /** Two nodes that both know bob for a member of ada's private room. */
    const stage = async () => {
      opened.push(...(await share(2)));
      const [one, other] = opened.map(losingNode) as [Node, Node];
      await one.of('chat').founding.create(ada, { id: 'r', private: true });
      await one.of('chat').joining.invite(ada, { room: 'r', user: 'bob', role: 'member' });
      await other.of('chat').joining.accept(bob, 'r');
      for (const { memberships } of [one, other]) {
        await waitFor(async () =>
          expect(await memberships.of(room, 'bob')).toMatchObject({ role: 'member' }),
        );
      }
      const heard = () => other.notices.flatMap(({ revoked }) => revoked ?? []);
      const isOut = () =>
        waitFor(async () => {
          expect(await one.memberships.of(room, 'bob')).toMatchObject(OUT);
          expect(await other.memberships.of(room, 'bob')).toMatchObject(OUT);
        });
      const pending = async () => (await one.book.read(room)).facts?.revocations;
      return { one, other, heard, isOut, pending };
    };
    const ban = ({ of }: Node) =>
      of('chat').governing.removeMember(ada, { room: 'r', user: 'bob', ban: true });
    const banned = { who: { only: 'bob' }, reason: 'banned' };
    const unavailable = { code: 'LOG_UNAVAILABLE' };

    it('[AUT1] is announced until it has been heard', async () => {
      const { one, heard, isOut, pending } = await stage();
      one.failAnnounces(true);
      await ban(one);
      expect(one.errors).toMatchObject([unavailable]);
      expect(await pending()).toEqual([banned]);
      one.clock.advance(5_000);
      await waitFor(() => expect(one.errors).toMatchObject([unavailable, unavailable]));
      one.failAnnounces(false);
      one.clock.advance(5_000);
      await isOut();
      await waitFor(() => expect(heard()).toContainEqual(banned));
      await waitFor(async () => expect(await pending()).toBeUndefined());
    });

    it('[AUT1] and is not acknowledged holds all the same, and is announced', async () => {
      const { one, heard, isOut } = await stage();
      one.loseAck();
      await expect(ban(one)).rejects.toMatchObject(unavailable);
      await isOut();
      await waitFor(() => expect(heard()).toContainEqual(banned));
    });

    it('[AUT1] is announced before its repeat on another node is answered', async () => {
      const { one, other, isOut, pending } = await stage();
      one.failAnnounces(true);
      await ban(one);
      expect(await ban(other)).toEqual({ room: 'r' });
      expect(await pending()).toBeUndefined();
      await isOut();
    });

    it('[AUT1] is announced when it closes the room and its repeat is refused', async () => {
      const { one, other, heard, isOut } = await stage();
      one.failAnnounces(true);
      one.loseAck();
      await expect(one.of('chat').governing.close(ada, 'r')).rejects.toMatchObject(unavailable);
      const again = other.of('chat').governing.close(ada, 'r');
      await expect(again).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await isOut();
      await waitFor(() => expect(heard()).toContainEqual({ who: 'all', reason: 'closed' }));
      expect(other.told.map(({ type }) => type)).toContain('closed');
    });

    it('[AUT1] ends no feeds of somebody who is back before it is announced', async () => {
      const { one, other, heard, pending } = await stage();
      one.failAnnounces(true);
      other.failAnnounces(true);
      await ban(one);
      await other.of('chat').joining.invite(ada, { room: 'r', user: 'bob', role: 'member' });
      await other.of('chat').joining.accept(bob, 'r');
      other.failAnnounces(false);
      other.clock.advance(5_000);
      await waitFor(async () => expect(await pending()).toBeUndefined());
      expect(await other.memberships.of(room, 'bob')).toMatchObject({ role: 'member' });
      expect(heard().filter(({ who }) => who !== 'all' && 'only' in who)).toEqual([]);
    });

    it.each([['an owner', ada] as const, ['no owner', undefined] as const])(
      '[AUT1] makes a room with %s private, and ends no feeds of who belongs to it by then',
      async (_, owner) => {
        const { one, other } = await stage();
        one.failAnnounces(true);
        other.failAnnounces(true);
        await one.forServer('chat').create({ id: 's', private: true, owner });
        await other.forServer('chat').addMember({ room: 's', user: bob });
        other.failAnnounces(false);
        other.clock.advance(5_000);
        const { book } = other;
        const pending = async () => (await book.read({ kind: 'chat', id: 's' })).facts?.revocations;
        await waitFor(async () => expect(await pending()).toBeUndefined());
        const outsiders = await waitFor(() => {
          const found = other.notices.find(({ room: { id }, revoked }) => id === 's' && revoked);
          expect(found).toBeDefined();
          return found?.revoked;
        });
        const isOut = (userId: string) => outsiders && isMeant(outsiders, userId);
        expect([isOut('ada'), isOut('bob'), isOut('cy')]).toEqual([!owner, false, true]);
      },
    );
  });
}

type Node = ReturnType<typeof losingNode>;

revocations('in memory', inMemory);

describe.skipIf(noRedis)('nodes on Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await redisServer();
  });
  afterAll(() => redis.stop());

  revocations('on Redis', async (count) => {
    await redis.command('FLUSHALL');
    return onRedis(redis.url)(count);
  });

  it.each([
    ['a ban', 'bob', { isBanned: true }],
    ['a removal', 'bob', { role: undefined, isBanned: false }],
    ['a closing', 'all', { role: undefined }],
  ])('[AUT1] hear of %s whose node died when it was stored', async (what, who, expected) => {
    await redis.command('FLUSHALL');
    const shared = await onRedis(redis.url)(2);
    onTestFinished(async () => {
      await Promise.all(shared.map(({ close }) => close()));
    });
    const [dying, other] = shared.map(losingNode) as [Node, Node];
    await dying.of('chat').founding.create(ada, { id: 'r', private: true });
    await dying.of('chat').joining.invite(ada, { room: 'r', user: 'bob', role: 'member' });
    await dying.of('chat').joining.accept(bob, 'r');
    const seen = () => other.memberships.of(room, 'bob');
    await waitFor(async () => expect(await seen()).toMatchObject({ role: 'member' }));
    dying.dieAfterStoring();
    const { governing } = dying.of('chat');
    const end =
      what === 'a closing'
        ? governing.close(ada, 'r')
        : governing.removeMember(ada, { room: 'r', user: 'bob', ban: what === 'a ban' });
    await expect(end).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(await seen()).toMatchObject({ role: 'member' });
    await waitFor(async () => {
      other.clock.advance(2_000);
      expect(await seen()).toMatchObject(expected);
    });
    const meant = who === 'all' ? who : { only: who };
    await waitFor(() =>
      expect(other.notices.flatMap(({ revoked }) => revoked?.who ?? [])).toContainEqual(meant),
    );
    // Nothing is left for anybody.
    await waitFor(async () =>
      expect(await redis.command('ZCARD', 'trpc-rooms:unfinished')).toBe(0),
    );
  });

  it('[AUT1] read anew what they knew before they began to hear of changes', async () => {
    await redis.command('FLUSHALL');
    const proxy = await deafProxy(redis.port);
    const shared = await onRedis(redis.url)(1);
    const [one] = shared.map(losingNode) as [Node];
    await one.of('chat').founding.create(ada, { id: 'r', private: true });
    await one.of('chat').joining.invite(ada, { room: 'r', user: 'bob', role: 'member' });
    await one.of('chat').joining.accept(bob, 'r');
    proxy.deafen(true);
    const late = await onRedis(proxy.url)(1);
    onTestFinished(async () => {
      await Promise.all([...shared, ...late].map(({ close }) => close()));
      await proxy.close();
    });
    const [starting] = late.map(losingNode) as [Node];
    const seen = () => starting.memberships.of(room, 'bob');
    expect(await seen()).toMatchObject({ role: 'member' });
    await one.of('chat').governing.removeMember(ada, { room: 'r', user: 'bob', ban: true });
    await waitFor(async () => expect(await seen()).toMatchObject({ isBanned: true }));
  });
});
