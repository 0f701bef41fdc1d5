import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initTRPC, tracked } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clockOf } from '../../client/clock.ts';
import { HttpSocket } from '../../client/http/http-socket.ts';
import { CUT, following } from '../kit/http-following.ts';
import { quietStreams } from '../kit/quiet-streams.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('a stream over HTTP that is quiet', () => {
  it('stays where the server names no time: nobody pings', async () => {
    const { clock, ends, say } = await following();
    await say('event: connected\ndata: {}\n\n\n');
    clock.advance(3_600_000);
    expect([ends, clock.waiting.size]).toEqual([[], 0]);
  });

  it.each([
    ['events', 'event: ping\ndata: \n\n\n'],
    ['comments', ': ping\n\n'],
    ['half a line', 'ev'],
  ])('stays while pings come as %s', async (_, ping) => {
    const { clock, ends, say } = await following();
    for (let times = 0; times < 20; times += 1) {
      clock.advance(39_999);
      await say(ping);
    }
    expect(ends).toEqual([]);
    // One timer, however often it was pushed on.
    expect(clock.waiting.size).toBe(1);
    clock.advance(40_000);
    expect(ends).toEqual([CUT]);
  });

  it('stays after a stall of the page, where pings lie unread', async () => {
    const { clock, ends, say } = await following();
    clock.advance(14_000);
    clock.stall(27_000);
    await say(': ping\n\n');
    clock.advance(39_999);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect(ends).toEqual([CUT]);
  });

  it('stays while a real tRPC server pings, and is cut when it stops to', async () => {
    const { url, stopPings } = await pingingServer();
    const socket = new HttpSocket(url, { fetch: globalThis.fetch, clock: clockOf({}) });
    onTestFinished(() => socket.close());
    const ends: unknown[] = [];
    socket.addEventListener('close', (event) => void ends.push(event));
    await waitFor(() => expect(socket.hasOpened).toBe(true));
    const params = { path: 'events', input: { json: null } };
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    // Three times what it bears.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(ends).toEqual([]);
    stopPings();
    await waitFor(() => expect(ends).toEqual([CUT]));
  });
});

/** A stock tRPC server that pings every 100 ms and has readers wait 500 ms. */
async function pingingServer() {
  const t = initTRPC.create({
    transformer: superjson,
    sse: {
      ping: { enabled: true, intervalMs: 100 },
      client: { reconnectAfterInactivityMs: 500 },
    },
  });
  const router = t.router({
    events: t.procedure.subscription(async function* ({ signal }) {
      yield tracked('E:1', 'first');
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    }),
  });
  const server = createHTTPServer({ router, basePath: '/trpc/' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const way = await quietStreams({ url: `http://127.0.0.1:${port}` });
  return { url: way.url, stopPings: way.silence };
}
