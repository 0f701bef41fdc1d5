import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms } from '../../client/index.ts';
import { signToken } from '../../server/index.ts';
import { chat, type FrameOf } from '../../shared/index.ts';
import { balancerOver } from '../kit/balancer.ts';
import { follow, stockClient } from '../kit/clients.ts';
import { rawRequest } from '../kit/raw-request.ts';
import { call, rawSocket } from '../kit/raw-socket.ts';
import { noRedis, redisServer } from '../kit/redis-server.ts';
import { serverProcess } from '../kit/server-process.ts';
import { tempDir } from '../kit/temp-dir.ts';
import { waitFor } from '../kit/wait-for.ts';

const AUTH_SECRET = 'a secret that both of the nodes share';
const tokenOf = (id: string) =>
  signToken(AUTH_SECRET, { id, name: id, expiresAt: Date.now() + 600_000 });

/** Two nodes over one Redis, behind a balancer. */
async function cluster(drainMs: number) {
  const redis = await redisServer();
  onTestFinished(() => redis.stop());
  const env = { REDIS_URL: redis.url, AUTH_SECRET, DRAIN_MS: String(drainMs) };
  const start = (port = '0') => serverProcess({ ...env, DATA_DIR: tempDir(), PORT: port });
  const nodes = await Promise.all([start(), start()]);
  const balancer = await balancerOver(nodes.map(({ port }) => port));
  onTestFinished(() => balancer.close());
  /** Restarts one, as its operator does. Resolves with the code and the time of the exit. */
  const restart = async (no: number) => {
    const begun = performance.now();
    const code = await nodes[no]?.stop('SIGTERM');
    const exitMs = performance.now() - begun;
    nodes[no] = await start(String(nodes[no]?.port));
    return { code, exitMs };
  };
  return { nodes, balancer, restart };
}

describe.skipIf(noRedis)('a node that gets SIGTERM, with Redis', () => {
  it('says so at once, serves on while clients are asked to go, and exits with 0', async () => {
    // One client has the first slot, and nobody is waited for when he has gone; nor by whoever presses Ctrl-C.
    const { nodes } = await cluster(20_000);
    const [node, other] = nodes;
    if (!node || !other) throw new Error('two nodes');
    const socket = await rawSocket(node.socketUrl, await tokenOf('ada'));
    socket.send(call(0, 'subscription', 'chat.events', { room: 'r' }));
    expect(await socket.next()).toMatchObject({ id: 0 });
    const begun = performance.now();
    const stopped = node.stop('SIGTERM');
    await waitFor(async () => expect((await fetch(`${node.url}/readyz`)).status).toBe(503));
    const head = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    const answer = await rawRequest(
      node.port,
      `GET /trpc HTTP/1.1\r\nHost: localhost\r\n${head}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*Retry-After: \d/);
    // It was asked, tRPC's own way, and still gets its acks and its events.
    const asked = { id: null, method: 'reconnect' };
    await waitFor(async () => expect(await socket.next()).toEqual(asked));
    socket.send(call(1, 'mutation', 'chat.send', { room: 'r', text: 'while it drains' }));
    const left = new Set(['"level":"redis"', '"type":"event"']);
    while (left.size > 0) {
      const frame = JSON.stringify(await socket.next());
      for (const sign of left) if (frame.includes(sign)) left.delete(sign);
    }
    socket.ws.close();
    expect(await stopped).toBe(0);

    const patient = await rawSocket(other.socketUrl, await tokenOf('ada'));
    expect(await other.stop('SIGINT')).toBe(0);
    expect(await patient.closed).toEqual({ code: 1012, reason: 'restarting' });
    expect(performance.now() - begun).toBeLessThan(8_000);
  });
});

describe.skipIf(noRedis)('rolling restarts of two nodes behind a balancer', () => {
  it('move every client once, who loses and repeats nothing', async () => {
    const { nodes, balancer, restart } = await cluster(500);
    const { socketUrl: url } = balancer;
    const texts: string[] = [];
    let acked = 0;
    const enter = async (id: string) => {
      const rooms = createRooms({ chat }, { url, token: await tokenOf(id) });
      onTestFinished(() => rooms.close());
      return rooms.chat.join('r', { onGap: () => expect.fail('a gap') });
    };
    const room = await enter('ada');
    const clients = await Promise.all(Array.from({ length: 20 }, (_, no) => reader(url, no)));
    await room.ready;
    await waitFor(() => expect(room.people.getSnapshot().count).toBe(21));
    // Whoever has heard that the last one came has heard of all before: what is told from here on is news.
    await enter('zoe');
    await waitFor(() => {
      for (const { summary } of clients) expect(summary().news).toContain('zoe');
    });
    for (const { forget } of clients) forget();
    const talk = setInterval(() => {
      texts.push(`${texts.length}`);
      void room.send({ text: texts.at(-1) ?? '' }).then(() => (acked += 1));
    }, 20);
    onTestFinished(() => clearInterval(talk));
    const stops = [];
    for (const no of [0, 1]) {
      stops.push(await restart(no));
      await waitFor(async () => expect((await fetch(`${nodes[no]?.url}/readyz`)).ok).toBe(true));
    }
    clearInterval(talk);
    await waitFor(() => expect(acked).toBe(texts.length));
    await waitFor(() => {
      for (const client of clients) expect(client.texts()).toEqual(texts);
    });
    for (const { code, exitMs } of stops) {
      expect(code).toBe(0);
      expect(exitMs).toBeLessThan(10_000);
    }
    for (const { starts, longestMs, news } of clients.map(({ summary }) => summary())) {
      // Presence holds them: nobody has seen anybody come or go.
      expect(news).toEqual([]);
      // Each restart moves whoever is on that node: at most once for each.
      expect(starts.length).toBeLessThanOrEqual(3);
      expect(starts.slice(1).every((start) => start === 'resumed')).toBe(true);
      expect(longestMs).toBeLessThan(3_000);
    }
  });
});

/** A client that follows the room and keeps what it saw: every other one is the stock client. */
async function reader(url: string, no: number) {
  const token = await tokenOf(`user-${no}`);
  const seen: string[] = [];
  const starts: string[] = [];
  const news: string[] = [];
  const onFrame = (frame: FrameOf<typeof chat>) => {
    if (frame.type === 'ready') starts.push(frame.start);
    if (frame.type !== 'presence') return;
    for (const { id } of [...(frame.join ?? []), ...(frame.leave ?? [])]) news.push(id);
  };
  let [lastAt, longestMs] = [performance.now(), 0];
  const onMessage = (message: string) => {
    seen.push(message);
    longestMs = Math.max(longestMs, performance.now() - lastAt);
    lastAt = performance.now();
  };
  if (no % 2) {
    const rooms = createRooms({ chat }, { url, token });
    onTestFinished(() => rooms.close());
    const room = rooms.chat.join('r', { onGap: () => expect.fail('a gap') });
    room.on('message', ({ data }) => onMessage(data.text));
    room.onFrame(onFrame);
    await room.ready;
  } else {
    await follow(stockClient(url, token).trpc, 'r', undefined, (frame) => {
      onFrame(frame);
      if (frame.type === 'event' && frame.event.type === 'message')
        onMessage(frame.event.data.text);
    });
  }
  const forget = () => {
    news.length = 0;
    longestMs = 0;
    lastAt = performance.now();
  };
  const summary = () => ({ starts, longestMs, news });
  return { texts: () => seen, summary, forget };
}
