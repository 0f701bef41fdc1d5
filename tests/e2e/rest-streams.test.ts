import { describe, expect, it, onTestFinished } from 'vitest';
import { streamed, type StreamedEvent } from '../kit/rest.ts';
import { restServer } from '../kit/rest-server.ts';

/** Presence may be told of at any time: the next frame that is an event. */
async function nextEvent(
  stream: AsyncGenerator<StreamedEvent>,
): Promise<StreamedEvent | undefined> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done || value.data.type === 'event') return value;
  }
}

describe('a stream over REST', () => {
  it('[RES2] begins with ready, brings what happens, and goes on by Last-Event-ID', async () => {
    const { ready, ada } = await restServer();
    const token = await ready.token('bob');
    const open = (headers: Record<string, string> = {}) => {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const url = `${ready.url}/api/chat/rooms/r/events`;
      return fetch(url, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: stop.signal,
      });
    };
    const live = streamed(await open());
    const first = await live.next();
    expect(first.value).toMatchObject({ data: { type: 'ready', start: 'fresh' } });
    const send = async (text: string) =>
      (await ada('POST', 'chat/rooms/r/send', { text })).body['position'] as string;
    const one = await send('one');
    expect(await nextEvent(live)).toMatchObject({
      id: one,
      data: { event: { data: { text: 'one' } } },
    });
    await live.return(undefined);
    const two = await send('two');
    const again = streamed(await open({ 'last-event-id': one }));
    expect((await again.next()).value).toMatchObject({ data: { type: 'ready', start: 'resumed' } });
    expect(await nextEvent(again)).toMatchObject({
      id: two,
      data: { event: { data: { text: 'two' } } },
    });
    expect((await open({ 'last-event-id': 'garbage' })).status).toBe(400);
  });
});
