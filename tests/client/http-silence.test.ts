import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sdkClient, startServer } from '../kit/clients.ts';
import { httpClient } from '../kit/http-client.ts';
import { CUT, following } from '../kit/http-following.ts';
import { manualClock } from '../kit/manual-clock.ts';
import { quietStreams } from '../kit/quiet-streams.ts';
import { waitFor } from '../kit/wait-for.ts';

describe('a stream over HTTP that goes silent', () => {
  it('is asked for again from its position, while the server answers all else', async () => {
    const server = await startServer({ presence: { holdMs: 0 } });
    const way = await quietStreams(server);
    const clock = manualClock();
    const rooms = httpClient({ url: way.url, token: await server.token('ada'), clock });
    const bob = (await sdkClient(server, 'bob')).chat.join('r', { onGap: 'reload' });
    const ada = rooms.chat.join('r', { onGap: 'reload' });
    await Promise.all([ada.ready, bob.ready]);
    const seen: string[] = [];
    ada.on('message', ({ data }) => void seen.push(data.text));
    const starts: string[] = [];
    ada.onFrame((frame) => void (frame.type === 'ready' && starts.push(frame.start)));
    await bob.send({ text: 'one' });
    await waitFor(() => expect(seen).toEqual(['one']));

    way.silence();
    await bob.send({ text: 'two' });
    // Acknowledged: what is asked anew still reaches the server.
    await ada.send({ text: 'three' });
    clock.advance(39_999);
    expect(rooms.connection.current.state).toBe('open');
    expect(seen).toEqual(['one']);
    clock.advance(1);
    await waitFor(() => expect(seen).toEqual(['one', 'two', 'three']));
    expect(starts).toEqual(['resumed']);
    await waitFor(() => expect(way.released).toBeGreaterThan(0));
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
    const rooms = httpClient({ url: server.socketUrl, token, clock, fetch });
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await waitFor(() => expect(hung).toHaveLength(1));
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
    await waitFor(() => expect(clock.waiting.size).toBe(0));
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
