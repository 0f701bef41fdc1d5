import { describe, expect, it } from 'vitest';
import { BURY } from '../../../server/presence/redis/presence-scripts.ts';
import { NODES_KEY } from '../../../server/redis/redis-keys.ts';
import type { RedisLink } from '../../../server/redis/redis-link.ts';
import { noRedis } from '../../kit/redis-server.ts';
import { PEOPLE, presenceNodes, seat } from '../../kit/presence-nodes.ts';
import { redisLinks } from '../../kit/redis-links.ts';
import { general } from '../../kit/rooms.ts';
import { waitFor } from '../../kit/wait-for.ts';

describe.skipIf(noRedis)('presence of nodes that share a Redis', () => {
  const { redis, nodes, node, kill, show } = presenceNodes();

  it('[PRE2] forgets the people of a node that died when its lease is over, and not before', async () => {
    const short = { renewMs: 300, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(general, seat('a1', 'ada'));
    b.presence.join(general, seat('b1', 'bob'));
    await waitFor(async () => expect(await b.ids()).toHaveLength(2));
    const until = performance.now() + 1_200;
    await waitFor(() => expect(performance.now()).toBeGreaterThan(until));
    expect(await b.ids()).toHaveLength(2);
    await kill(a);
    nodes.shift();
    const since = performance.now();
    await waitFor(() => expect(b.told.at(-1)).toBe('leave ada timeout'));
    expect(performance.now() - since).toBeLessThan(1_500);
    await waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'ma1')).toBe(0));
    const c = await node(short);
    expect(await c.ids()).toEqual(['bob']);
  });

  it('[PRE2] keeps the people of a node that comes back while another takes it for dead', async () => {
    const b = await node({ renewMs: 60_000 });
    b.presence.join(general, seat('b1', 'bob'));
    await waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1));
    const links = await redisLinks(redis.url);
    const { link, held } = holdingBurials(links.link);
    const a = await node({ renewMs: 100, link });
    expect(await a.ids()).toEqual(['bob']);
    const [, name = ''] = String(await redis.command('HGET', PEOPLE, 'mb1')).split(' ');
    const id = String(await b.links.link.command(['CLIENT', 'ID']));
    // It was cut off for so long that its lease is over.
    await redis.command('ZREM', NODES_KEY, name);
    await waitFor(() => expect(a.told).toContain('leave bob timeout'));
    await redis.command('CLIENT', 'KILL', 'ID', id);
    await waitFor(async () => expect(await redis.command('ZSCORE', NODES_KEY, name)).toBeTruthy());
    for (const bury of held.splice(0)) await bury();
    await waitFor(async () => expect(await a.ids()).toEqual(['bob']));
    expect(await redis.command('HEXISTS', PEOPLE, 'mb1')).toBe(1);
    await links.close();
  });

  it('[PRE2] goes on holding the seats of a node that went down, and no longer than it would have', async () => {
    const short = { renewMs: 200, leaseMs: 10_000 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(general, seat('a1', 'ada', 's'));
    a.presence.join(general, seat('e1', 'eve'));
    await show(['ada', 'eve'], ['ada', 'eve']);
    for (const [id, user] of [
      ['a1', 'ada'],
      ['e1', 'eve'],
    ] as const) {
      a.presence.leave(general, seat(id, user), 'drain');
    }
    await a.presence.close();
    b.presence.join(general, seat('b1', 'ada', 's'));
    nodes.shift();
    await waitFor(() => expect(b.told.at(-1)).toBe('leave eve drain'), 3_000);
    expect(await b.ids()).toEqual(['ada']);
  });

  it('[PRE2] comes back by itself after FLUSHALL, without telling anybody', async () => {
    const short = { renewMs: 200, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(general, seat('a1', 'ada'));
    b.presence.join(general, seat('b1', 'bob'));
    await waitFor(async () => expect(await b.ids()).toHaveLength(2));
    await waitFor(async () => expect(await a.ids()).toHaveLength(2));
    for (const { told } of nodes) told.length = 0;
    await redis.command('FLUSHALL');
    await waitFor(async () => expect(await redis.command('HLEN', PEOPLE)).toBe(3));
    const c = await node(short);
    expect(await c.ids()).toEqual(['ada', 'bob']);
    expect([a.told, b.told]).toEqual([[], []]);
    a.presence.leave(general, seat('a1', 'ada'), 'left');
    await waitFor(() => expect(b.told).toEqual(['gone a1', 'leave ada left']));
  });

  it('[PRE2] heals what was said while the link that listens was cut', async () => {
    const [a, b] = [await node(), await node()];
    for (let round = 0; round < 5; round += 1) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      a.presence.join(general, seat(`a${round}`, `u${round}`));
      await a.presence.setState(general, seat(`a${round}`, ''), `{"json":${round}}`);
    }
    a.presence.leave(general, seat('a2', 'u2'), 'left');
    await waitFor(async () => {
      expect(await b.presence.snapshot(general)).toEqual(await a.presence.snapshot(general));
    });
    expect(await b.ids()).toEqual(['u0', 'u1', 'u3', 'u4']);
  });

  it('[PRE2] heals what was said while Redis would not let it listen', async () => {
    const a = await node();
    await redis.command('ACL', 'SETUSER', 'default', '-ssubscribe');
    const b = await node();
    a.presence.join(general, seat('a1', 'ada'));
    await waitFor(async () => expect(await redis.command('HEXISTS', PEOPLE, 'ma1')).toBe(1));
    expect(await b.ids()).toEqual([]);
    await redis.command('ACL', 'SETUSER', 'default', '+ssubscribe');
    await show(['ada'], ['ada']);
  });

  it('[PRE2] shows its own people while Redis is gone, and all again when it is back, empty', async () => {
    const short = { renewMs: 200, leaseMs: 900 };
    const [a, b] = [await node(short), await node(short)];
    a.presence.join(general, seat('a1', 'ada'));
    b.presence.join(general, seat('b1', 'bob'));
    await waitFor(async () => expect(await b.ids()).toHaveLength(2));
    await redis.kill();
    a.presence.join(general, seat('c1', 'cy'));
    a.presence.leave(general, seat('a1', 'ada'), 'left');
    expect(await a.ids()).toContain('cy');
    await redis.start({ empty: true });
    await waitFor(async () => expect(await b.ids()).toEqual(['bob', 'cy']));
    expect(b.told.filter((one) => one.includes('bob') && one.startsWith('leave'))).toEqual([]);
  });
});

/** A link on which burials wait until they are let go. */
function holdingBurials(link: RedisLink) {
  const held: (() => Promise<unknown>)[] = [];
  const run: RedisLink['run'] = (script, ...rest) => {
    if (script !== BURY) return link.run(script, ...rest);
    return new Promise((resolve) => {
      held.push(async () => resolve(await link.run(script, ...rest)));
    });
  };
  const get = (of: RedisLink, key: keyof RedisLink) => {
    const value: unknown = key === 'run' ? run : of[key];
    return typeof value === 'function' ? value.bind(of) : value;
  };
  return { link: new Proxy(link, { get: (of, key) => get(of, key as keyof RedisLink) }), held };
}
