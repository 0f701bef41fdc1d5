import { expect, it, describe, onTestFinished } from 'vitest';
import { openFaultProxy } from '../../check/real/fault-proxy.ts';
import { createRooms } from '../../client/index.ts';
import { signToken } from '../../server/index.ts';
import { chat } from '../../shared/index.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { noRedis, redisServer } from '../kit/redis-server.ts';
import { serverProcess, type ServerProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const AUTH_SECRET = 'a secret that both of the nodes share';

const tokenOf = (id: string) =>
  signToken(AUTH_SECRET, { id, name: id, expiresAt: Date.now() + 600_000 });

async function stage(...args: string[]) {
  const redis = await redisServer(args);
  onTestFinished(() => redis.stop());
  const node = () => serverProcess({ REDIS_URL: redis.url, AUTH_SECRET, DATA_DIR: tempDir() });
  const client = async ({ socketUrl }: ServerProcess, id: string) =>
    stockClient(socketUrl, await tokenOf(id)).trpc;
  return { redis, node, client };
}

const readiness = async ({ url }: ServerProcess) => (await fetch(`${url}/readyz`)).status;

describe.skipIf(noRedis)('two nodes in processes of their own, over one Redis', () => {
  it('[RES2] [RES3] show one order, and a feed resumes on the other node when its own is killed', async () => {
    const { node, client } = await stage();
    const [a, b] = await Promise.all([node(), node()]);
    const [ada, bob] = [await client(a, 'ada'), await client(b, 'bob')];
    const [atA, atB] = [await follow(ada, 'r'), await follow(bob, 'r')];
    const send = (trpc: typeof ada, text: string) => trpc.chat.send.mutate({ room: 'r', text });
    const acks = await Promise.all(
      Array.from({ length: 60 }, (_, n) => send(n % 2 ? ada : bob, `${n}`)),
    );
    expect(new Set(acks.map(({ position }) => position)).size).toBe(60);
    expect(acks[0]?.level).toBe('redis');
    await waitFor(() => expect(atA.texts()).toHaveLength(60));
    await waitFor(() => expect(atB.texts()).toEqual(atA.texts()));
    const last = atA.frames.at(-1)?.id;
    await a.stop('SIGKILL');
    for (const text of ['after 1', 'after 2']) await send(bob, text);
    const resumed = await follow(await client(b, 'ada'), 'r', last);
    await waitFor(() => expect(resumed.texts()).toEqual(['after 1', 'after 2']));
    expect(resumed.frames[0]?.data).toMatchObject({ type: 'ready', start: 'resumed' });
  });

  it('[PRE2] say nothing of whoever goes from a node that was killed to the other one', async () => {
    const { node, client } = await stage();
    const [a, b] = await Promise.all([node(), node()]);
    let { port } = a;
    const road = await openFaultProxy(() => ({ host: '127.0.0.1', port, isSecure: false }));
    onTestFinished(() => road.close());
    const url = `ws://127.0.0.1:${road.port}/trpc`;
    const ada = createRooms({ chat }, { url, token: await tokenOf('ada'), random: () => 0 });
    onTestFinished(() => ada.close());
    const room = ada.chat.join('r', { onGap: 'reload' });
    await room.ready;
    await room.setPresence({ status: 'away' });
    const atB = await follow(await client(b, 'bob'), 'r');
    await a.stop('SIGKILL');
    port = b.port;
    await room.send({ text: 'back' });
    await waitFor(() => expect(atB.texts()).toEqual(['back']));
    await waitFor(() => expect(room.people.getSnapshot().count).toBe(2));
    expect(room.people.getSnapshot().users[0]).toMatchObject({
      id: 'ada',
      state: { status: 'away' },
    });
    expect(atB.frames.filter(({ data }) => data.type === 'presence' && data.leave)).toEqual([]);
  });

  it('[RES3] keep feeds open while Redis is killed, and say so when it comes back empty', async () => {
    const { redis, node, client } = await stage();
    const [a, b] = await Promise.all([node(), node()]);
    const [ada, bob] = [await client(a, 'ada'), await client(b, 'bob')];
    const atB = await follow(bob, 'r');
    await ada.chat.send.mutate({ room: 'r', text: 'before' });
    await waitFor(() => expect(atB.texts()).toEqual(['before']));
    await redis.kill();
    await waitFor(async () => expect(await readiness(a)).toBe(503));
    const since = performance.now();
    const refused = ada.chat.send.mutate({ room: 'r', text: 'while' });
    await expect(refused).rejects.toMatchObject({ data: { reason: 'LOG_UNAVAILABLE' } });
    expect(performance.now() - since).toBeLessThan(2_500);
    await redis.start({ empty: true });
    await waitFor(async () => expect([await readiness(a), await readiness(b)]).toEqual([200, 200]));
    await waitFor(() =>
      expect(atB.frames.at(-1)?.data).toMatchObject({ type: 'gap', reason: 'epoch-changed' }),
    );
    await ada.chat.send.mutate({ room: 'r', text: 'after' });
    await waitFor(() => expect(atB.texts()).toEqual(['before', 'after']));
  });

  it('[RES5] deliver everything in order while the links that listen are cut again and again', async () => {
    const { redis, node, client } = await stage();
    const [a, b] = await Promise.all([node(), node()]);
    const [ada, bob] = [await client(a, 'ada'), await client(b, 'bob')];
    const atB = await follow(bob, 'r');
    const texts: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      if (n % 8 === 0) await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      texts.push(`${n}`);
      await ada.chat.send.mutate({ room: 'r', text: `${n}` });
    }
    await waitFor(() => expect(atB.texts()).toEqual(texts));
    expect(atB.frames.filter(({ data }) => data.type === 'gap')).toEqual([]);
  });

  it('[AUT1] end the feeds of who is shut out on the other node within 1 s', async () => {
    const { node, client } = await stage();
    const [a, b] = await Promise.all([node(), node()]);
    const [ada, bob] = [await client(a, 'ada'), await client(b, 'bob')];
    await ada.chat.create.mutate({ id: 'club', private: false });
    const atB = await follow(bob, 'club');
    const since = performance.now();
    await ada.chat.removeMember.mutate({ room: 'club', user: 'bob', ban: true });
    await waitFor(() => expect(atB.frames.at(-1)?.data).toMatchObject({ type: 'revoked' }));
    expect(performance.now() - since).toBeLessThan(1_000);
  });
});
