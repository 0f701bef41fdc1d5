import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { initTRPC, tracked } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { clockOf, type Clock } from '../../client/clock.ts';
import { HttpSocket } from '../../client/http/http-socket.ts';
import { createRooms, httpFallback } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { BlockedSocket } from '../kit/blocked-socket.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { quietStreams } from '../kit/quiet-streams.ts';

/** A client whose heartbeat runs in real time: only its streams' silence goes by the test's clock. */
function client(options: { url: string; token: string; clock: Clock; fetch?: typeof fetch }) {
  const { url, token, clock, fetch = globalThis.fetch } = options;
  const rooms = createRooms(
    { chat },
    {
      url,
      token,
      WebSocket: httpFallback({ WebSocket: BlockedSocket, fetch, ...clock }),
      random: () => 0,
    },
  );
  onTestFinished(() => rooms.close());
  return rooms;
}

/** A clock that says how many of its timers wait, and how many were set in all. */
function countingClock() {
  const clock = manualClock();
  const waiting = new Set<() => void>();
  const count = { set: 0 };
  const after: Clock['after'] = (ms, run) => {
    const done = () => waiting.delete(run);
    const cancel = clock.after(ms, () => (done(), run()));
    waiting.add(run);
    count.set += 1;
    return () => (done(), cancel());
  };
  return { ...clock, after, waiting, count };
}

/** A server whose streams say what the test says; it answers everything else. */
function scripted() {
  const streams: { signal: AbortSignal; say: (text: string) => void; end: () => void }[] = [];
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    if (!String(input).includes('events')) return Response.json({ result: {} });
    const signal = init?.signal as AbortSignal;
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        signal.addEventListener('abort', () => controller.error(signal.reason));
        const say = (text: string) => controller.enqueue(encoder.encode(text));
        streams.push({ signal, say, end: () => controller.close() });
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  return { streams, fetch: fetch as typeof globalThis.fetch };
}

/** A socket with one stream open. */
async function following() {
  const clock = countingClock();
  const { streams, fetch } = scripted();
  const socket = new HttpSocket('ws://localhost/trpc', { fetch, clock });
  onTestFinished(() => socket.close());
  const ends: unknown[] = [];
  socket.addEventListener('close', (event) => void ends.push(event));
  await vi.waitFor(() => expect(socket.hasOpened).toBe(true));
  const call = (id: number, method: string, path: string) =>
    socket.send(JSON.stringify({ id, method, params: { path, input: { json: {} } } }));
  call(1, 'subscription', 'chat.events');
  await vi.waitFor(() => expect(streams).toHaveLength(1));
  const [stream] = streams;
  if (!stream) throw new Error('no stream');
  /** Says it, and waits until it has arrived: then the time of silence begins anew. */
  const say = async (text: string) => {
    const { set } = clock.count;
    stream.say(text);
    await vi.waitFor(() => expect(clock.count.set).toBeGreaterThan(set));
  };
  await say('event: connected\ndata: {"reconnectAfterInactivityMs":40000}\n\n\n');
  return { clock, socket, ends, call, stream, say };
}

const CUT = { code: 1006, reason: 'nothing came for too long' };

describe('a stream over HTTP that goes silent', () => {
  it('is asked for again from its position, while the server answers all else', async () => {
    const server = await startServer({ presence: { holdMs: 0 } });
    const way = await quietStreams(server);
    const clock = manualClock();
    const rooms = client({ url: way.url, token: await server.token('ada'), clock });
    const bob = (await sdkClient(server, 'bob')).chat.join('r', { onGap: 'reload' });
    const ada = rooms.chat.join('r', { onGap: 'reload' });
    await Promise.all([ada.ready, bob.ready]);
    const seen: string[] = [];
    ada.on('message', ({ data }) => void seen.push(data.text));
    const starts: string[] = [];
    ada.onFrame((frame) => void (frame.type === 'ready' && starts.push(frame.start)));
    await bob.send({ text: 'one' });
    await vi.waitFor(() => expect(seen).toEqual(['one']));

    way.silence();
    await bob.send({ text: 'two' });
    // Acknowledged: what is asked anew still reaches the server.
    await ada.send({ text: 'three' });
    clock.advance(39_999);
    expect(rooms.connection.current.state).toBe('open');
    expect(seen).toEqual(['one']);
    clock.advance(1);
    await vi.waitFor(() => expect(seen).toEqual(['one', 'two', 'three']));
    expect(starts).toEqual(['resumed']);
    await vi.waitFor(() => expect(way.released).toBeGreaterThan(0));
  });

  it('is asked for again where not even its headers come', async () => {
    const server = await startServer();
    const clock = manualClock();
    const hung: AbortSignal[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const isStream = new Headers(init?.headers).get('accept') === 'text/event-stream';
      if (!isStream || hung.length > 0) return globalThis.fetch(input, init);
      const signal = init?.signal as AbortSignal;
      hung.push(signal);
      await once(signal, 'abort');
      throw signal.reason;
    };
    const token = await server.token('ada');
    const rooms = client({ url: server.socketUrl, token, clock, fetch });
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await vi.waitFor(() => expect(hung).toHaveLength(1), 5_000);
    clock.advance(39_999);
    expect(hung[0]?.aborted).toBe(false);
    clock.advance(1);
    expect(hung[0]?.aborted).toBe(true);
    await room.ready;
  });

  it('is cut as one that broke, and nothing of it stays', async () => {
    const { clock, ends, stream } = await following();
    clock.advance(40_000);
    expect(ends).toEqual([CUT]);
    expect(stream.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(clock.waiting.size).toBe(0));
  });

  it('is cut after the time that the server names', async () => {
    const { clock, ends, say } = await following();
    await say('event: connected\ndata: {"reconnectAfterInactivityMs":90000}\n\n\n');
    clock.advance(89_999);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect(ends).toEqual([CUT]);
  });

  it.each(['-1', '0', '"x"', 'null'])('is cut after 40 s where the server names %s', async (ms) => {
    const { clock, ends, say } = await following();
    await say(`event: connected\ndata: {"reconnectAfterInactivityMs":${ms}}\n\n\n`);
    clock.advance(39_999);
    expect(ends).toEqual([]);
    clock.advance(1);
    expect(ends).toEqual([CUT]);
  });
});

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
    await vi.waitFor(() => expect(socket.hasOpened).toBe(true));
    const params = { path: 'events', input: { json: null } };
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
    // Three times what it bears.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(ends).toEqual([]);
    stopPings();
    await vi.waitFor(() => expect(ends).toEqual([CUT]));
  });
});

describe('a stream over HTTP that fails', () => {
  it('says why, and takes no other stream with it', async () => {
    const { clock, socket, ends, stream } = await following();
    const heard: unknown[] = [];
    socket.addEventListener(
      'message',
      ({ data }: { data: string }) => void heard.push(JSON.parse(data)),
    );
    // Nobody waits for the end of it.
    stream.say('event: serialized-error\ndata: {"json":{"message":"damaged"}}\n\n\n');
    await vi.waitFor(() => expect(clock.waiting.size).toBe(0));
    clock.advance(100_000);
    expect(heard).toEqual([{ id: 1, error: { json: { message: 'damaged' } } }]);
    expect(ends).toEqual([]);
  });
});

describe('what no longer waits', () => {
  it('has no timer: a stream that was stopped, one that ended, a call that was answered', async () => {
    const { clock, socket, ends, call, stream } = await following();
    call(2, 'mutation', 'chat.send');
    expect(clock.waiting.size).toBe(1);
    socket.send(JSON.stringify({ id: 1, method: 'subscription.stop' }));
    expect(stream.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(clock.waiting.size).toBe(0));
    clock.advance(100_000);
    expect(ends).toEqual([]);

    const other = await following();
    other.stream.end();
    await vi.waitFor(() => expect(other.clock.waiting.size).toBe(0));
    expect(other.ends).toEqual([{ code: 1006, reason: 'the event stream has ended' }]);
  });

  it('has no request: a call that was given up', async () => {
    const server = await startServer();
    const hung: AbortSignal[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const isAsked = input instanceof URL && input.pathname.endsWith('chat.members');
      if (!isAsked) return globalThis.fetch(input, init);
      const signal = init?.signal as AbortSignal;
      hung.push(signal);
      await once(signal, 'abort');
      throw signal.reason;
    };
    const token = await server.token('ada');
    const rooms = client({ url: server.socketUrl, token, clock: manualClock(), fetch });
    const patience = new AbortController();
    const call = rooms.trpc.chat.members.query({ room: 'r' }, { signal: patience.signal });
    await vi.waitFor(() => expect(hung).toHaveLength(1), 5_000);
    expect(hung[0]?.aborted).toBe(false);
    patience.abort();
    await expect(call).rejects.toThrow('abort');
    expect(hung[0]?.aborted).toBe(true);
    expect(rooms.connection.current).toEqual({ state: 'open' });
  });

  it('is let go of where the question whether the server is there has no answer', async () => {
    const clock = countingClock();
    const asked: AbortSignal[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      const signal = init?.signal as AbortSignal;
      asked.push(signal);
      await once(signal, 'abort');
      throw signal.reason;
    };
    const open = httpFallback({ WebSocket: BlockedSocket, fetch, ...clock });
    void new open('ws://localhost/trpc');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    clock.advance(40_000);
    expect(asked[0]?.aborted).toBe(true);
    await vi.waitFor(() => expect(clock.waiting.size).toBe(0));
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
