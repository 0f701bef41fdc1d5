import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openFaultProxy, type FaultProxy } from '../../check/real/fault-proxy.ts';
import { createRooms } from '../../client/index.ts';
import { createLogger } from '../../server/index.ts';
import { roomKeys } from '../../server/redis/redis-keys.ts';
import { startTestServer, type TestServer } from '../../server/testing.ts';
import { chat, defineRoom, latest } from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { deafProxy } from '../kit/deaf-proxy.ts';
import { noRedis, redisServer, type RedisServer } from '../kit/redis-server.ts';
import { waitFor } from '../kit/wait-for.ts';

const board = defineRoom('board', {
  events: {
    spot: latest(z.object({ at: z.object({ x: z.number() }) }), {
      key: ({ at }) => `${at.x}`,
      publish: 'client',
    }),
  },
});
const contract = { chat, board };
type Node = TestServer<typeof contract>;
const room = 'r';
const refused = { data: { reason: 'LOG_UNAVAILABLE' } };

describe.skipIf(noRedis)('a node in trouble with its Redis', () => {
  let redis: RedisServer;
  const ends: (() => unknown)[] = [];
  beforeEach(async () => {
    redis = await redisServer();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    await redis.stop();
  });

  const node = async (redisUrl: string): Promise<Node> => {
    const secret = 'a secret that all of the nodes share';
    const logger = createLogger('silent');
    const server = await startTestServer({ rooms: contract, redisUrl, secret, logger });
    ends.push(() => server.close());
    return server;
  };
  /** A node with a proxy between it and Redis. */
  const behind = async () => {
    const proxy: FaultProxy = await openFaultProxy(() => ({
      host: '127.0.0.1',
      port: redis.port,
      isSecure: false,
    }));
    ends.push(() => proxy.close());
    return { proxy, server: await node(`redis://127.0.0.1:${proxy.port}`) };
  };
  const stock = async (at: Node, id: string) => stockClient(at.socketUrl, await at.token(id)).trpc;
  const readiness = async ({ url }: Node) => {
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, body: (await response.json()) as { reason?: string } };
  };
  const took = async (work: Promise<unknown>) => {
    const since = performance.now();
    await work;
    return performance.now() - since;
  };

  it('is slow with it, and refuses in time when it is too slow', async () => {
    const { proxy, server } = await behind();
    const ada = await stock(server, 'ada');
    const feed = await follow(ada, room);
    proxy.delay(300);
    await ada.chat.send.mutate({ room, text: 'late' });
    await waitFor(() => expect(feed.texts()).toEqual(['late']));
    expect((await readiness(server)).status).toBe(200);
    proxy.delay(3_000);
    const late = ada.chat.send.mutate({ room, text: 'too late' });
    expect(await took(expect(late).rejects.toMatchObject(refused))).toBeLessThan(3_000);
    await waitFor(async () => expect((await readiness(server)).status).toBe(503));
    expect((await readiness(server)).body.reason).toContain('Redis');
    proxy.delay(0);
    await waitFor(async () => expect((await readiness(server)).status).toBe(200));
    await waitFor(() => ada.chat.send.mutate({ room, text: 'again' }));
    await waitFor(() => expect(feed.texts().at(-1)).toBe('again'));
    expect(feed.frames.filter(({ data }) => data.type === 'gap')).toEqual([]);
  });

  it('[RES5] [PRE2] is cut off alone: refuses, stays open, says nothing of others, and catches up', async () => {
    const { proxy, server: a } = await behind();
    const b = await node(redis.url);
    const [ada, bob] = [await stock(a, 'ada'), await stock(b, 'bob')];
    const [atA, atB] = [await follow(ada, room), await follow(bob, room)];
    const sdk = createRooms(contract, { url: a.socketUrl, token: await a.token('cy') });
    ends.push(() => sdk.close());
    const cy = sdk.chat.join(room, { onGap: 'reload' });
    await cy.ready;
    await bob.chat.send.mutate({ room, text: '1' });
    await waitFor(() => expect(atA.texts()).toEqual(['1']));
    await waitFor(async () => {
      expect(await bob.chat.members.query({ room })).toMatchObject({ count: 3 });
    });
    proxy.blackhole(true);
    const refusal = ada.chat.send.mutate({ room, text: 'lost' });
    expect(await took(expect(refusal).rejects.toMatchObject(refused))).toBeLessThan(3_000);
    expect([(await readiness(a)).status, (await readiness(b)).status]).toEqual([503, 200]);
    const kept = cy.send({ text: 'kept in the outbox' });
    await bob.chat.send.mutate({ room, text: '2' });
    expect(atB.texts()).toEqual(['1', '2']);
    proxy.blackhole(false);
    expect((await kept).level).toBe('redis');
    await waitFor(() => expect(atA.texts()).toEqual(['1', '2', 'kept in the outbox']));
    await waitFor(() => expect(atB.texts()).toEqual(atA.texts()));
    expect((await readiness(a)).status).toBe(200);
    const types = [...atA.frames, ...atB.frames].map(({ data }) => data.type);
    expect(types).not.toContain('gap');
    const left = atB.frames.flatMap(({ data }) => (data.type === 'presence' && data.leave) || []);
    expect(left).toEqual([]);
  });

  it('[RES5] hears within 5 s although the link that listens is dead and does not say so', async () => {
    const proxy = await deafProxy(redis.port);
    ends.push(() => proxy.close());
    const [a, b] = [await node(proxy.url), await node(redis.url)];
    const [ada, bob] = [await stock(a, 'ada'), await stock(b, 'bob')];
    const atA = await follow(ada, room);
    proxy.deafen(true);
    await bob.chat.send.mutate({ room, text: '1' });
    const heard = () => waitFor(() => expect(atA.texts()).toEqual(['1']));
    expect(await took(heard())).toBeLessThan(5_000);
    // It can write all the while, and hears its own at once.
    await ada.chat.send.mutate({ room, text: '2' });
    await waitFor(() => expect(atA.texts()).toEqual(['1', '2']));
    const atB = await follow(bob, room);
    proxy.deafen(false);
    await waitFor(async () => {
      const ids = async (at: typeof ada) =>
        (await at.chat.members.query({ room })).users.map(({ id }) => id).toSorted();
      expect([await ids(ada), await ids(bob)]).toEqual([
        ['ada', 'bob'],
        ['ada', 'bob'],
      ]);
    });
    atB.unsubscribe();
  });

  it('[AUT1] shuts out whoever was removed while it was cut off, though the word of it is lost', async () => {
    const { proxy, server: a } = await behind();
    const b = await node(redis.url);
    const [ada, bob] = [await stock(b, 'ada'), await stock(a, 'bob')];
    await ada.chat.create.mutate({ id: room, private: true });
    await ada.chat.invite.mutate({ room, user: 'bob' });
    await bob.chat.accept.mutate({ room });
    const atA = await follow(bob, room);
    proxy.blackhole(true);
    await ada.chat.removeMember.mutate({ room, user: 'bob' });
    // As when more has been announced than is kept.
    const notices = roomKeys({ kind: '@', id: 'notices' });
    const head = Number(await redis.command('HGET', notices('meta'), 'o'));
    expect(await redis.command('DEL', notices('log'))).toBe(1);
    await redis.command('HSET', notices('meta'), 'f', String(head + 1));
    proxy.blackhole(false);
    const isOut = () => expect(atA.frames.at(-1)?.data).toMatchObject({ type: 'revoked' });
    await waitFor(isOut);
    const forbidden = { data: { reason: 'FORBIDDEN' } };
    await expect(bob.chat.history.query({ room })).rejects.toMatchObject(forbidden);
  });

  it('finds its keys taken by another application: refuses what needs them, and serves the rest', async () => {
    const tag = (name: string) => `trpc-rooms:{${name}}:`;
    const taken = [
      `${tag('chat/taken')}meta`,
      `${tag('chat/taken')}people`,
      `${tag('board/taken')}values`,
      'trpc-rooms:nodes',
      'trpc-rooms:due',
      'trpc-rooms:unfinished',
    ];
    for (const key of taken) await redis.command('SET', key, 'theirs');
    const [a, b] = [await node(redis.url), await node(redis.url)];
    const ada = await stock(a, 'ada');
    await expect(follow(ada, 'taken')).rejects.toMatchObject(refused);
    await expect(ada.chat.send.mutate({ room: 'taken', text: 'x' })).rejects.toMatchObject(refused);
    const { trpc } = createRooms(contract, { url: a.socketUrl, token: await a.token('eve') });
    const spot = { type: 'spot', data: { at: { x: 1 } } } as const;
    const unkept = trpc.board.publish.mutate({ room: 'taken', ...spot });
    await expect(unkept).rejects.toMatchObject(refused);
    const bob = await stock(b, 'bob');
    const atB = await follow(bob, room);
    await ada.chat.send.mutate({ room, text: 'fine' });
    await waitFor(() => expect(atB.texts()).toEqual(['fine']));
    expect(await ada.chat.create.mutate({ id: 'made', private: false })).toMatchObject({
      room: 'made',
    });
    expect((await readiness(a)).status).toBe(200);
    for (const key of taken) expect(await redis.command('GET', key)).toBe('theirs');
  });

  it('takes nothing that it cannot read for events, values or people', async () => {
    const a = await node(redis.url);
    const ada = await stock(a, 'ada');
    const feed = await follow(ada, room);
    await ada.chat.send.mutate({ room, text: '1' });
    const key = (kind: string, part: string) => `trpc-rooms:{${kind}/${room}}:${part}`;
    const by = { id: 'eve', name: 'Eve' };
    const message = { number: 'x1', type: 'spot', by, at: 1 };
    const bodies = [
      { ...message, data: '{"json":{"at":null}}' },
      { ...message, data: '{"json":1,"meta":{"values":"nonsense"}}' },
      { ...message, type: '__proto__', data: '{"json":{}}' },
      { ...message, type: 'message', data: '{"json":{}}' },
      { ...message, by: {}, data: '{"json":{}}' },
    ];
    for (const [index, body] of bodies.entries()) {
      const text = JSON.stringify(body);
      await redis.command('HSET', key('board', 'values'), `spot ${index}`, `0 1 x1 ${text}`);
      await redis.command('SPUBLISH', key('board', 'live'), `l${text}`);
      await redis.command('SPUBLISH', key('chat', 'live'), `l${text}`);
    }
    await redis.command('HSET', key('board', 'values'), 'spot', 'theirs');
    await redis.command('HSET', key('chat', 'log'), '2', 'theirs');
    await redis.command('HSET', key('chat', 'meta'), 'o', '2');
    const rooms = createRooms(contract, { url: a.socketUrl, token: await a.token('bob') });
    ends.push(() => rooms.close());
    const boarded = rooms.board.join(room, { onGap: 'reload' });
    await boarded.ready;
    for (const body of bodies) {
      await redis.command('SPUBLISH', key('board', 'live'), `l${JSON.stringify(body)}`);
    }
    await boarded.publish('spot', { at: { x: 7 } });
    await waitFor(() => expect([...boarded.latest('spot').getSnapshot().keys()]).toEqual(['7']));
    // The place of what cannot be read is told, and nothing else of it.
    await waitFor(() => expect(feed.frames.at(-1)?.data.type).toBe('erased'));
    await ada.chat.send.mutate({ room, text: '3' });
    await waitFor(() => expect(feed.texts()).toEqual(['1', '3']));
  });
});
