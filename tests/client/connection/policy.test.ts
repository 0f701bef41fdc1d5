import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConnectionState } from '../../../client/connection/connection-state.ts';
import { createConnection, type ConnectionOptions } from '../../../client/connection/connection.ts';
import { RoomError } from '../../../shared/index.ts';
import { answer, bareServer } from '../../kit/bare-server.ts';
import { settableClock } from '../../kit/settable-clock.ts';
import { waitFor } from '../../kit/wait-for.ts';

/** A connection to a bare server, its clock and its wakes in the test's hands. */
async function connect(options: Partial<ConnectionOptions> = {}) {
  const server = await bareServer();
  const clock = settableClock(0);
  let wake = () => {};
  const connection = createConnection({
    url: server.url,
    token: 'token',
    random: () => 0.5,
    now: clock.now,
    after: clock.after,
    wake: (listener) => {
      wake = listener;
      return () => (wake = () => {});
    },
    ...options,
  });
  onTestFinished(() => connection.close());
  const states: ConnectionState[] = [];
  connection.subscribe((state) => states.push(state));
  const reached = (state: ConnectionState['state']) =>
    waitFor(() => expect(connection.current.state).toBe(state));
  const roundTrip = () => {
    server.onCall = ({ id }, socket) => answer(socket, id, 'here');
    const request = { type: 'query', path: 'p', input: {} } as const;
    return new Promise<void>((resolve, reject) => {
      connection.calls.start(request, { next: () => {}, complete: resolve, error: reject });
    });
  };
  return { server, clock, connection, states, reached, roundTrip, wake: () => wake() };
}

const waitMs = (current: ConnectionState, now: number) =>
  current.state === 'waiting' ? current.retryAt - now : undefined;

describe('how a connection comes back', () => {
  it('waits longer each time until it was stable for ten seconds, and says how long and why', async () => {
    const { server, clock, connection, reached, roundTrip } = await connect();
    const waits: unknown[] = [];
    for (const openMs of [10_000, 0, 0, 10_000, 0]) {
      await reached('open');
      clock.advance(openMs / 2);
      // Whatever was sent before this answer has come, the one to the ping too.
      await roundTrip();
      clock.advance(openMs / 2);
      server.sockets.at(-1)?.close(1012, 'deploying');
      await reached('waiting');
      const { current } = connection;
      if (current.state !== 'waiting') throw new Error(current.state);
      waits.push([current.attempt, waitMs(current, clock.now()), current.error.code]);
      clock.advance(20_000);
    }
    expect(waits).toEqual([
      [1, 750, 'RESTARTING'],
      [2, 1_000, 'RESTARTING'],
      [3, 1_500, 'RESTARTING'],
      [1, 750, 'RESTARTING'],
      [2, 1_000, 'RESTARTING'],
    ]);
  });

  it('shortens a wait when it is woken, to no less than half a second', async () => {
    const { server, clock, connection, reached, wake } = await connect();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await reached('open');
      server.sockets.at(-1)?.terminate();
      await reached('waiting');
      if (attempt < 4) clock.advance(20_000);
    }
    expect(waitMs(connection.current, clock.now())).toBe(4_500);
    wake();
    expect(waitMs(connection.current, clock.now())).toBe(750);
    wake();
    expect(waitMs(connection.current, clock.now())).toBe(750);
    clock.advance(750);
    await reached('open');
  });

  it('shortens a wait that has ended by the clock alone, as in a sleep, or grown, as one set back makes it', async () => {
    const { server, clock, connection, reached, wake } = await connect();
    for (const turnedMs of [3_600_000, -3_600_000]) {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await reached('open');
        server.sockets.at(-1)?.terminate();
        await reached('waiting');
        if (attempt < 4) clock.advance(20_000);
      }
      // The timers stand still meanwhile.
      clock.turn(turnedMs);
      wake();
      expect(waitMs(connection.current, clock.now())).toBe(750);
      clock.advance(750);
    }
    await reached('open');
  });

  it('notices a half-open connection within ten seconds', async () => {
    const { server, clock, connection, reached } = await connect();
    await reached('open');
    server.answersPings = false;
    clock.advance(10_000);
    expect(connection.current).toMatchObject({ state: 'waiting', error: { code: 'DISCONNECTED' } });
  });

  it('asks an open connection whether it lives when it is woken', async () => {
    const { server, clock, connection, reached, wake } = await connect();
    await reached('open');
    server.answersPings = false;
    wake();
    await waitFor(() => expect(server.pings).toBe(1));
    clock.advance(5_000);
    expect(connection.current.state).toBe('waiting');
  });

  it('gives up on a connection that does not open', async () => {
    class Never extends EventTarget {
      readyState = 0;
      close() {}
    }
    const { clock, connection } = await connect({
      WebSocket: Never as unknown as typeof WebSocket,
    });
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    expect(connection.current).toMatchObject({ state: 'waiting', attempt: 1 });
  });

  it('fetches a token before each connection, and tells why it has none', async () => {
    let count = 0;
    const token = async () => {
      count += 1;
      if (count === 1) throw new Error('offline');
      return `token-${count}`;
    };
    const { server, clock, connection, reached } = await connect({ token });
    await reached('waiting');
    expect(connection.current).toMatchObject({ error: { code: 'DISCONNECTED' } });
    clock.advance(1_000);
    await reached('open');
    await waitFor(() => expect(server.tokens).toEqual(['token-2']));
  });

  it('stops when the app says that there is no token to be had', async () => {
    const token = () => Promise.reject(new RoomError('FORBIDDEN', 'signed out'));
    const { connection, reached, server } = await connect({ token });
    await reached('stopped');
    expect(connection.current).toMatchObject({
      error: { code: 'FORBIDDEN', message: 'signed out' },
    });
    expect(server.sockets).toEqual([]);
  });

  it('stops at a URL that is none', async () => {
    const { connection, reached } = await connect({ url: 'no url' });
    await reached('stopped');
    expect(connection.current).toMatchObject({ error: { code: 'BAD_INPUT' } });
  });

  it('opens nothing after a final close, whatever wakes it or is asked', async () => {
    const { server, clock, connection, reached, wake, states } = await connect();
    await reached('open');
    server.sockets[0]?.close(1008, 'the token has no name');
    await reached('stopped');
    wake();
    clock.advance(60_000);
    const error = vi.fn();
    const request = { type: 'query', path: 'p', input: {} } as const;
    connection.calls.start(request, { next: () => {}, complete: () => {}, error });
    await new Promise((resolve) => setImmediate(resolve));
    expect(error.mock.calls).toMatchObject([[{ code: 'TOKEN_REFUSED' }]]);
    expect(connection.current).toMatchObject({ error: { message: 'the token has no name' } });
    expect([server.sockets.length, states.length]).toEqual([1, 2]);
  });

  it('opens the next connection before it leaves one that the server wants to be rid of', async () => {
    const { server, clock, connection, reached, states } = await connect();
    await reached('open');
    server.sockets[0]?.send(JSON.stringify({ id: null, method: 'reconnect' }));
    server.sockets[0]?.send(JSON.stringify({ id: null, method: 'reconnect' }));
    server.sockets[0]?.send('PONG');
    await waitFor(() => {
      clock.advance(1_000);
      expect(server.sockets).toHaveLength(2);
    });
    await waitFor(() => expect(server.tokens).toHaveLength(2));
    expect(connection.current).toEqual({ state: 'open' });
    expect(states.filter(({ state }) => state !== 'open')).toEqual([]);
    await waitFor(() => {
      clock.advance(1_000);
      expect(server.sockets[0]?.readyState).toBe(3);
    });
    expect([server.sockets.length, connection.current.state]).toEqual([2, 'open']);
  });

  it('gives the same snapshot until something changes', async () => {
    const { server, connection, reached } = await connect();
    await reached('open');
    expect(connection.getSnapshot()).toBe(connection.getSnapshot());
    server.sockets[0]?.terminate();
    await reached('waiting');
    expect(connection.getSnapshot()).toBe(connection.getSnapshot());
  });
});
