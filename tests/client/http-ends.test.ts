import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { httpFallback } from '../../client/index.ts';
import { BlockedSocket } from '../kit/blocked-socket.ts';
import { startServer } from '../kit/clients.ts';
import { httpClient } from '../kit/http-client.ts';
import { countingClock, following } from '../kit/http-following.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { waitFor } from '../kit/wait-for.ts';

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
    await waitFor(() => expect(clock.waiting.size).toBe(0));
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
    await waitFor(() => expect(clock.waiting.size).toBe(0));
    clock.advance(100_000);
    expect(ends).toEqual([]);

    const other = await following();
    other.stream.end();
    await waitFor(() => expect(other.clock.waiting.size).toBe(0));
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
    const rooms = httpClient({ url: server.socketUrl, token, clock: manualClock(), fetch });
    const patience = new AbortController();
    const call = rooms.trpc.chat.members.query({ room: 'r' }, { signal: patience.signal });
    await waitFor(() => expect(hung).toHaveLength(1));
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
    await waitFor(() => expect(asked).toHaveLength(1));
    clock.advance(40_000);
    expect(asked[0]?.aborted).toBe(true);
    await waitFor(() => expect(clock.waiting.size).toBe(0));
  });
});
