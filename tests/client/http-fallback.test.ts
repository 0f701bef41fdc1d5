import { describe, expect, it, onTestFinished } from 'vitest';
import { createRooms, httpFallback, type Way, type WebSocketClass } from '../../client/index.ts';
import { createEventReader } from '../../client/http/event-stream.ts';
import type { TestServer } from '../../server/testing.ts';
import { chat, HOUR } from '../../shared/index.ts';
import { BlockedSocket } from '../kit/blocked-socket.ts';
import { sdkClient, startServer } from '../kit/clients.ts';
import { roadTo } from '../kit/road.ts';
import { settableClock, type SettableClock } from '../kit/settable-clock.ts';
import { settle } from '../kit/settle.ts';
import { waitFor } from '../kit/wait-for.ts';

function client(server: TestServer, token: string, url = server.socketUrl) {
  const ways: Way[] = [];
  const onChange = (way: Way) => void ways.push(way);
  const WebSocket = httpFallback({ WebSocket: BlockedSocket, onChange });
  const rooms = createRooms({ chat }, { url, token, WebSocket, random: () => 0 });
  onTestFinished(() => rooms.close());
  return { rooms, ways };
}

describe('httpFallback', () => {
  it('carries rooms over HTTP where WebSockets are blocked, both ways, and resumes', async () => {
    const server = await startServer({ presence: { holdMs: 0 } });
    const road = await roadTo(server);
    const { rooms, ways } = client(server, await server.token('ada'), road.url);
    const bob = (await sdkClient(server, 'bob')).chat.join('r', { onGap: 'reload' });
    const ada = rooms.chat.join('r', { onGap: 'reload' });
    await Promise.all([ada.ready, bob.ready]);
    expect(ways).toEqual(['http']);
    const seen: string[] = [];
    ada.on('message', ({ data }) => void seen.push(data.text));
    await bob.send({ text: 'one' });
    await waitFor(() => expect(seen).toEqual(['one']));
    const starts: string[] = [];
    ada.onFrame((frame) => void (frame.type === 'ready' && starts.push(frame.start)));
    road.close();
    await waitFor(() => expect(rooms.connection.current.state).not.toBe('open'));
    await bob.send({ text: 'two' });
    const sent = ada.send({ text: 'three' });
    road.open();
    expect((await sent).duplicate).toBe(false);
    await waitFor(() => expect(seen).toEqual(['one', 'two', 'three']));
    expect(starts).toEqual(['resumed']);
    const { events } = await ada.history();
    expect(events.map(({ at }) => at instanceof Date)).toEqual([true, true, true]);
    await expect(rooms.chat.accept({ room: 'p~none' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    ada.leave();
    await waitFor(async () => expect((await bob.members()).count).toBe(1));
  });

  it('refuses presence states, at once and for good, and takes what goes with the user', async () => {
    const server = await startServer();
    const { rooms } = client(server, await server.token('ada'));
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await room.ready;
    const refused = { code: 'NOT_PRESENT', retryable: false };
    for (let times = 0; times < 2; times += 1) {
      await expect(room.setPresence({ status: 'away' })).rejects.toMatchObject(refused);
    }
    await room.say('typing');
  });

  it('stops for a token that is refused, as a WebSocket does', async () => {
    const server = await startServer();
    const { rooms } = client(server, 'no.token.here');
    const room = rooms.chat.join('r', { onGap: 'reload' });
    await expect(room.ready).rejects.toMatchObject({ code: 'TOKEN_REFUSED' });
    expect(rooms.connection.current.state).toBe('stopped');
  });

  it('stays with WebSockets where the server itself is away', async () => {
    const server = await startServer();
    const { url } = server;
    await server.close();
    const { rooms, ways } = client(server, 'any', `${url.replace(/^http/, 'ws')}/trpc`);
    const attempts: number[] = [];
    rooms.connection.subscribe(
      (now) => void (now.state === 'waiting' && attempts.push(now.attempt)),
    );
    await waitFor(() => expect(attempts.length).toBeGreaterThan(3));
    expect(ways).toEqual([]);
  });
});

describe('a fallback that is at WebSockets', () => {
  it('stays there when one has opened before it is known why those before did not', async () => {
    let isBlocked = true;
    class Fickle extends EventTarget {
      readyState = 0;
      constructor() {
        super();
        const event = isBlocked ? new CloseEvent('close', { code: 1006 }) : new Event('open');
        queueMicrotask(() => this.dispatchEvent(event));
      }
    }
    const probes: (() => void)[] = [];
    const ways: Way[] = [];
    const Either = httpFallback({
      WebSocket: Fickle as unknown as WebSocketClass,
      fetch: () => new Promise((resolve) => probes.push(() => resolve(new Response('ok')))),
      onChange: (way) => void ways.push(way),
    });
    for (let times = 0; times < 2; times += 1) void new Either('ws://127.0.0.1/trpc');
    await waitFor(() => expect(probes).toHaveLength(2));
    isBlocked = false;
    const opened = new Either('ws://127.0.0.1/trpc');
    await new Promise<void>((resolve) => opened.addEventListener('open', () => resolve()));
    for (const answer of probes) answer();
    await settle();
    expect(ways).toEqual([]);
  });
});

describe('a fallback that is at HTTP', () => {
  it.each([
    ['after five minutes', (clock: SettableClock) => clock.advance(5 * 60_000 + 1)],
    ['when its clock was set back', (clock: SettableClock) => clock.turn(-24 * HOUR)],
  ])('tries a WebSocket again %s, and then not at once', async (_, pass) => {
    const clock = settableClock();
    let attempts = 0;
    class Blocked extends BlockedSocket {
      constructor(url: string) {
        super(url);
        attempts += 1;
      }
    }
    const ways: Way[] = [];
    const Either = httpFallback({
      now: clock.now,
      after: clock.after,
      WebSocket: Blocked,
      fetch: async () => new Response('ok'),
      onChange: (way) => void ways.push(way),
    });
    const open = () => void new Either('ws://127.0.0.1/trpc');
    await waitFor(() => {
      open();
      expect(ways).toEqual(['http']);
    });
    attempts = 0;
    open();
    expect(attempts).toBe(0);
    pass(clock);
    open();
    open();
    expect(attempts).toBe(1);
  });
});

describe('createEventReader', () => {
  it('reads events however they are cut', () => {
    const text =
      ': hello\n\nevent: connected\ndata: {}\n\nid: E:1\ndata: a\ndata: b\n\nevent: ping\ndata\n\n';
    const events = [
      { event: 'connected', data: '{}' },
      { id: 'E:1', data: 'a\nb' },
      { event: 'ping', data: '' },
    ];
    for (let size = 1; size < text.length; size += 1) {
      const read = createEventReader();
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(pieces.flatMap(read)).toEqual(events);
    }
  });
});
