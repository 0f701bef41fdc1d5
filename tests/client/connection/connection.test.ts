import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ConnectionState } from '../../../client/connection/connection-state.ts';
import { createConnection } from '../../../client/connection/connection.ts';
import { httpFallback } from '../../../client/index.ts';
import { HOUR, limits } from '../../../shared/index.ts';
import { waitFor } from '../../kit/wait-for.ts';

/** A server that only opens sockets, and a connection to it whose clock is turned by hand. */
async function connect(token: string | (() => string | Promise<string>) = 'token') {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(wss, 'listening');
  const { port } = wss.address() as AddressInfo;
  const clock = { time: 0 };
  const tokens: unknown[] = [];
  const waiting: ((socket: WebSocket) => void)[] = [];
  wss.on('connection', (socket) => {
    socket.once('message', (message: Buffer) => {
      tokens.push((JSON.parse(message.toString()) as { data: { token: string } }).data.token);
      waiting.shift()?.(socket);
    });
  });
  /** The next connection that has sent its token. */
  const next = () => new Promise<WebSocket>((resolve) => void waiting.push(resolve));
  const first = next();
  const connection = createConnection({
    url: `ws://127.0.0.1:${port}/trpc`,
    token,
    random: () => 0,
    now: () => clock.time,
  });
  onTestFinished(() => {
    connection.close();
    for (const socket of wss.clients) socket.terminate();
    wss.close();
  });
  return { connection, first, next, clock, tokens };
}

type Connected = Awaited<ReturnType<typeof connect>>['connection'];

const reached = (connection: Connected, state: ConnectionState['state']) =>
  new Promise<ConnectionState>((resolve) => {
    connection.subscribe((current) => {
      if (current.state === state) resolve(current);
    });
  });

describe('createConnection', () => {
  it.each([1006, 1011, 1012, 1013, 4408, 4409, 4429])('comes back after %i', async (code) => {
    const { connection, first, next } = await connect();
    const socket = await first;
    const second = next();
    if (code === 1006) socket.terminate();
    else socket.close(code);
    await second;
    expect(connection.current).toEqual({ state: 'open' });
  });

  it.each([
    [1002, 'DISCONNECTED'],
    [1008, 'TOKEN_REFUSED'],
    [1009, 'TOO_LARGE'],
    [4500, 'DISCONNECTED'],
    [4999, 'DISCONNECTED'],
  ])('stops after %i, and says why', async (code, reason) => {
    const { connection, first } = await connect();
    const stopped = reached(connection, 'stopped');
    (await first).close(code);
    expect(await stopped).toMatchObject({ state: 'stopped', error: { code: reason } });
  });

  it('asks for a new token before every connection', async () => {
    let count = 0;
    const { first, next, tokens } = await connect(() => `token-${(count += 1)}`);
    const socket = await first;
    const second = next();
    socket.close(4401);
    await second;
    expect(tokens).toEqual(['token-1', 'token-2']);
  });

  it('asks again when no token could be had', async () => {
    let count = 0;
    const { connection, first, tokens } = await connect(async () => {
      count += 1;
      if (count === 1) throw new Error('offline');
      return 'token';
    });
    await first;
    expect(tokens).toEqual(['token']);
    expect(connection.current.state).toBe('open');
  });

  it('[AUT2] stops when the new token has expired too', async () => {
    const { connection, first, next } = await connect();
    const socket = await first;
    const second = next();
    const stopped = reached(connection, 'stopped');
    socket.close(4401);
    (await second).close(4401);
    expect(await stopped).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } });
  });

  it('[AUT2] comes back however often a token that was taken expires', async () => {
    const { connection, first, next, clock } = await connect();
    let socket = await first;
    for (const lifeMs of [HOUR, limits.authTimeoutMs]) {
      const after = next();
      clock.time += lifeMs;
      socket.close(4401);
      socket = await after;
    }
    expect(connection.current).toEqual({ state: 'open' });
  });

  it('tells of each change once, and nobody who has gone', async () => {
    const { connection, first, next } = await connect();
    const seen: string[] = [];
    const undo = connection.subscribe(({ state }) => seen.push(state));
    const socket = await first;
    const second = next();
    socket.close(1012);
    await second;
    undo();
    connection.close();
    expect(seen).toEqual(['open', 'waiting', 'connecting', 'open']);
  });

  it('tells a function that listens twice twice, and each undo is of one of them', async () => {
    const { connection } = await connect();
    const seen: string[] = [];
    const listener = ({ state }: ConnectionState) => seen.push(state);
    const undo = connection.subscribe(listener);
    connection.subscribe(listener);
    undo();
    connection.close();
    expect(seen).toEqual(['stopped']);
  });

  it('tells everybody of its states in their order when one of them closes it', async () => {
    const { connection, first } = await connect();
    const seen: string[] = [];
    connection.subscribe(({ state }) => {
      if (state === 'open') connection.close();
    });
    connection.subscribe(({ state }) => seen.push(state));
    await first;
    expect([connection.current.state, seen]).toEqual(['stopped', ['stopped']]);
  });

  it.each([
    ['a client', {}],
    ['a fallback', { WebSocket: httpFallback() }],
  ])('says that there is no WebSocket here, and what to do: %s', async (_, options) => {
    vi.stubGlobal('WebSocket', undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    const connection = createConnection({ url: 'ws://127.0.0.1:9/trpc', token: 't', ...options });
    onTestFinished(() => connection.close());
    await waitFor(() => expect(connection.current.state).toBe('stopped'));
    expect(connection.current).toMatchObject({
      error: { code: 'BAD_INPUT', message: expect.stringMatching(/^there is no WebSocket here/) },
    });
  });

  it('closes for good, and twice without harm', async () => {
    const { connection, first } = await connect();
    const socket = await first;
    const closed = once(socket, 'close');
    connection.close();
    connection.close();
    await closed;
    // Whoever closes it is told of no error.
    expect(connection.current).toEqual({ state: 'stopped' });
    expect(connection.final).toMatchObject({ code: 'DISCONNECTED', retryable: false });
  });
});
