import { initTRPC } from '@trpc/server';
import {
  applyWSSHandler as stockHandler,
  jsonEncoder,
  type Encoder,
} from '@trpc/server/adapters/ws';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { applyWSSHandler as ourHandler } from '../../server/transport/adapter.ts';
import { waitFor } from '../kit/wait-for.ts';

type Adapter = typeof stockHandler;

/** A stream whose iterator is what `make` gives. */
const streamOf = (make: () => AsyncIterator<unknown>): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: make,
});
const failed = (what: string) => new Error(what);

function testRouter(aborted: string[]) {
  const t = initTRPC.context<{ res: WebSocket }>().create();
  const stream = (make: () => AsyncIterator<unknown>) =>
    t.procedure.subscription(({ signal, path }) => {
      signal?.addEventListener('abort', () => aborted.push(path));
      return streamOf(make);
    });
  const waits = t.procedure.query(({ signal }) => setTimeout(60_000, '', { signal }));
  return t.router({
    fails: t.procedure.query(() => {
      throw failed('a query');
    }),
    cuts: t.procedure.subscription(async function* ({ ctx }) {
      yield 1;
      ctx.res.terminate();
    }),
    calls: t.procedure.subscription(async function* ({ signal }) {
      const caller = t.router({ waits }).createCaller({ res: {} as WebSocket }, { signal });
      yield 1;
      yield await caller.waits();
    }),
    noIterator: stream(() => {
      throw failed('no iterator');
    }),
    badEnd: stream(() => ({
      next: async () => ({ done: true, value: undefined }),
      return: async () => {
        throw failed('return');
      },
    })),
    badTwice: stream(() => ({
      next: async () => {
        throw failed('next');
      },
      return: async () => {
        throw failed('return');
      },
    })),
  });
}

type Options = Partial<Omit<Parameters<Adapter>[0], 'wss' | 'router' | 'onError'>>;

async function stage(
  adapter: Adapter,
  {
    query = '',
    told,
    onConnection = () => {},
    ...options
  }: Options & { query?: string; told?: object; onConnection?: (client: WebSocket) => void } = {},
) {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => new Promise<void>((resolve) => wss.close(() => resolve())));
  const aborted: string[] = [];
  const errors: string[] = [];
  const onError = ({ error }: { error: Error }) => {
    errors.push(error.message);
    return told as unknown as void;
  };
  wss.on('connection', onConnection);
  const router = testRouter(aborted);
  adapter({ wss, router, createContext: ({ res }) => ({ res }), onError, ...options });
  await new Promise((resolve) => wss.once('listening', resolve));
  const { port } = wss.address() as { port: number };
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${query}`);
  onTestFinished(() => ws.terminate());
  const replies: string[] = [];
  ws.on('message', (data: Buffer) => {
    const { result, error } = JSON.parse(data.toString()) as {
      result?: { type: string };
      error?: { message: string };
    };
    replies.push(error?.message ?? result?.type ?? 'data');
  });
  await new Promise((resolve) => ws.once('open', resolve));
  const send = (message: unknown) => ws.send(JSON.stringify(message));
  const follow = (path: string) => send({ id: 1, method: 'subscription', params: { path } });
  return { ws, send, follow, replies, aborted, errors };
}

const fails: Encoder = {
  ...jsonEncoder,
  encode: () => {
    throw failed('encode');
  },
};

describe.each([
  ['the stock adapter', stockHandler],
  ['ours', ourHandler as unknown as Adapter],
])('[TRN1] with %s', (_, adapter) => {
  it('a stream that gives no iterator has begun, fails and is stopped, and its signal fires', async () => {
    const { follow, replies, aborted } = await stage(adapter);
    follow('noIterator');
    await waitFor(() => expect(replies).toEqual(['started', 'no iterator', 'stopped']));
    expect(aborted).toEqual(['noIterator']);
  });

  it('a stream that has ended and cannot be cleaned up is stopped, and its signal fires', async () => {
    const { follow, replies, aborted, errors } = await stage(adapter);
    follow('badEnd');
    await waitFor(() => expect(replies).toEqual(['started', 'stopped']));
    expect([aborted, errors]).toEqual([['badEnd'], ['return']]);
  });

  it('the app hears why a stream failed before it hears of the cleaning up', async () => {
    const { follow, replies, errors } = await stage(adapter);
    follow('badTwice');
    await waitFor(() => expect(replies).toEqual(['started', 'next', 'stopped']));
    expect(errors).toEqual(['next', 'return']);
  });

  it('the app hears nothing of a call of its own that a stream waited for when it was stopped', async () => {
    const { send, follow, replies, errors } = await stage(adapter);
    follow('calls');
    await waitFor(() => expect(replies).toEqual(['started', 'data']));
    send({ id: 1, method: 'subscription.stop' });
    await waitFor(() => expect(replies).toEqual(['started', 'data', 'stopped']));
    send({ id: 2, method: 'query', params: { path: 'fails' } });
    await waitFor(() => expect(errors).toEqual(['a query']));
  });

  it('what `onError` returns is a promise, whoever has made it', async () => {
    const caught = vi.fn();
    // oxlint-disable-next-line unicorn/no-thenable -- one of another library, which is what this is about
    const told = { then: () => {}, catch: caught };
    const { send, replies } = await stage(adapter, { told });
    send({ id: 1, method: 'query', params: { path: 'fails' } });
    await waitFor(() => expect(replies).toEqual(['a query']));
    expect(caught).toHaveBeenCalledOnce();
  });

  it('connection parameters that are a list are malformed', async () => {
    const { send, replies } = await stage(adapter, { query: '?connectionParams=1' });
    send([]);
    const message = 'Malformed TRPCConnectionParamsMessage';
    await waitFor(() => expect(replies).toEqual([message]));
  });

  it('an encoder that always fails ends neither the process nor what comes later', async () => {
    const { send, errors } = await stage(adapter, { experimental_encoder: fails });
    send('not a call');
    await waitFor(() => expect(errors).toEqual(['encode']));
    send('nor this');
    await waitFor(() => expect(errors).toEqual(['encode', 'encode']));
  });

  it('an encoder that always fails keeps no connection open that has no context', async () => {
    const createContext = () => {
      throw failed('context');
    };
    const { ws } = await stage(adapter, { experimental_encoder: fails, createContext });
    await waitFor(() => expect(ws.readyState).toBe(ws.CLOSED));
  });

  it('what was replied before the app cuts the connection arrives', async () => {
    const { ws, follow, replies } = await stage(adapter);
    follow('cuts');
    await waitFor(() => expect(ws.readyState).toBe(ws.CLOSED));
    expect(replies).toEqual(['started', 'data']);
  });

  it('an app that listens to a client in createContext hears of the end before its streams do', async () => {
    const heard: boolean[] = [];
    const createContext = ({ res, info }: { res: WebSocket; info: { signal: AbortSignal } }) => {
      res.on('close', () => heard.push(info.signal.aborted));
      return { res };
    };
    const { ws, follow, replies } = await stage(adapter, { createContext });
    follow('calls');
    await waitFor(() => expect(replies).toEqual(['started', 'data']));
    ws.terminate();
    await waitFor(() => expect(heard).toEqual([false]));
  });

  it('an app that `ws` refuses a close goes on being served', async () => {
    const clients: WebSocket[] = [];
    const onConnection = (client: WebSocket) => void clients.push(client);
    const { send, replies } = await stage(adapter, { onConnection });
    const tooLong = 'x'.repeat(124);
    expect(() => clients[0]?.close(4_000, tooLong)).toThrow(RangeError);
    send({ id: 1, method: 'query', params: { path: 'fails' } });
    await waitFor(() => expect(replies).toEqual(['a query']));
  });

  it('an app that has wrapped `send` hears of all that is sent', async () => {
    const sent: unknown[] = [];
    const onConnection = (client: WebSocket) => {
      const send = client.send.bind(client) as (...args: unknown[]) => void;
      client.send = (...args: unknown[]) => {
        sent.push(args[0]);
        send(...args);
      };
    };
    const { ws, send, replies } = await stage(adapter, { onConnection });
    send({ id: 1, method: 'query', params: { path: 'fails' } });
    await waitFor(() => expect(replies).toEqual(['a query']));
    expect(sent).toHaveLength(1);
    ws.close();
  });
});
