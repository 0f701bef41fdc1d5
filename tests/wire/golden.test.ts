import {
  applyWSSHandler as stockHandler,
  jsonEncoder,
  type Encoder,
} from '@trpc/server/adapters/ws';
import fc from 'fast-check';
import superjson from 'superjson';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { applyWSSHandler as ourHandler } from '../../server/transport/adapter.ts';
import { wireRouter } from '../kit/wire-router.ts';

type Adapter = typeof stockHandler;
type Options = Partial<Omit<Parameters<Adapter>[0], 'wss' | 'router'>> & {
  transformer?: typeof superjson;
  query?: string;
};

/** What an adapter answers to these messages: by request id, each in the order it came. The last
 *  message's reply, and the end of every subscription, is waited for. */
async function answers(
  adapter: Adapter,
  messages: readonly (string | Buffer)[],
  { transformer, query = '', ...options }: Options = {},
): Promise<Record<string, string[]>> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => new Promise<void>((resolve) => wss.close(() => resolve())));
  adapter({ wss, router: wireRouter(transformer), ...options });
  await new Promise((resolve) => wss.once('listening', resolve));
  const { port } = wss.address() as { port: number };
  const ws = new WebSocket(`ws://127.0.0.1:${port}/${query}`);
  onTestFinished(() => ws.terminate());
  const byId: Record<string, string[]> = {};
  const closed = new Promise<void>((resolve) => {
    ws.on('close', (code) => {
      byId['close'] = [String(code)];
      resolve();
    });
  });
  const done = new Promise<void>((resolve) => {
    ws.on('message', (data: Buffer, isBinary) => {
      const text = `${isBinary ? 'binary ' : ''}${data.toString()}`;
      const id = /^(?:binary )?\{"id":([^,}]+)/.exec(text)?.[1] ?? 'none';
      (byId[id] ??= []).push(text);
      if (id === '"end"') resolve();
    });
  });
  await new Promise((resolve) => ws.once('open', resolve));
  for (const message of messages) ws.send(message);
  const input = transformer ? { json: null } : null;
  const end = JSON.stringify({ id: 'end', method: 'query', params: { path: 'greet', input } });
  // Answered when everything before it that ends by itself has ended: asked again until all is quiet.
  for (let quiet = 0, count = -1; quiet < 3;) {
    if (ws.readyState === ws.OPEN) ws.send(end);
    await Promise.race([done, closed]);
    await new Promise((resolve) => setImmediate(resolve));
    const now = Object.entries(byId).flatMap(([id, all]) => (id === '"end"' ? [] : all)).length;
    quiet = now === count ? quiet + 1 : 0;
    count = now;
  }
  ws.terminate();
  wss.close();
  return Object.fromEntries(Object.entries(byId).filter(([id]) => id !== '"end"'));
}

// The same options but for ours beside them, which the generic types do not see.
const ours = ourHandler as unknown as Adapter;

/** Both adapters answer the same. Returns what they answer. */
async function expectSame(messages: readonly unknown[], options: Options = {}) {
  const texts = messages.map((message) =>
    typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
  );
  const [stock, own] = await Promise.all([
    answers(stockHandler, texts, options),
    answers(ours, texts, options),
  ]);
  expect(own).toEqual(stock);
  return stock;
}

const call = (id: unknown, method: string, path: string, input?: unknown, more: object = {}) => ({
  id,
  method,
  params: { path, ...(input === undefined ? {} : { input }) },
  ...more,
});

type Asked = { readonly method: string; readonly params: object };

const asked: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom('query', 'mutation', 'subscription'),
  params: fc.record(
    {
      path: fc.constantFrom(...Object.keys(wireRouter()._def.procedures), 'nope', '__proto__', ''),
      input: fc.constantFrom(null, 'you', 3, { lastEventId: '2' }, [1], { deep: { a: [true] } }),
      lastEventId: fc.constantFrom('1', '', 'x'),
    },
    { requiredKeys: ['path'] },
  ),
});
const anything = fc.oneof(
  { weight: 6, arbitrary: asked },
  { weight: 2, arbitrary: fc.array(asked, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom('{', '7', 'null', '"x"', '[]', '{}', 'PING') },
);

/** Each call under an id of its own: of two under one id no order is promised. */
function numbered(sent: readonly (Asked | readonly Asked[] | string)[]): unknown[] {
  let last = 0;
  const withId = (one: Asked) => {
    last += 1;
    const id = last % 3 === 0 ? `c${last}` : last;
    return { ...one, id, ...(last % 4 === 0 && { jsonrpc: '2.0' }) };
  };
  return sent.map((one) => {
    if (typeof one === 'string') return one;
    return 'method' in one ? withId(one) : one.map(withId);
  });
}

describe('[TRN1] our adapter answers byte for byte as tRPC’s own', () => {
  it('to queries and mutations', async () => {
    const answered = await expectSame([
      call(1, 'query', 'greet', 'you'),
      call('two', 'query', 'date'),
      call(3, 'mutation', 'nothing'),
      call(4, 'mutation', 'echo', { deep: [1, 'ü', null] }),
      call(5, 'query', 'greet', 'you', { jsonrpc: '2.0' }),
      [call(6, 'query', 'greet', 'a'), call(7, 'mutation', 'echo', 'b')],
    ]);
    expect(Object.keys(answered)).toHaveLength(7);
  });

  it('to errors of every kind', async () => {
    await expectSame([
      call(1, 'mutation', 'fails'),
      call(2, 'query', 'breaks'),
      call(3, 'query', 'nope'),
      call(4, 'mutation', 'greet'),
      call(5, 'query', 'greet', 7),
      call(6, 'query', 'streamQuery'),
      call(7, 'subscription', 'noStream'),
      call(8, 'subscription', 'refused'),
      call(9, 'mutation', 'fails', undefined, { jsonrpc: '2.0' }),
      call(null, 'query', 'greet'),
    ]);
  });

  it('to what is no message', async () => {
    await expectSame(['{', '7', 'null', '"x"', '[]', '{"id":null}', '{}']);
    await expectSame([Buffer.from('{}'), Buffer.from('PING')]);
  });

  it('to subscriptions of every kind', async () => {
    await expectSame([
      call(1, 'subscription', 'count', 3),
      call(2, 'subscription', 'tracked'),
      call(3, 'subscription', 'mixed'),
      call(4, 'subscription', 'failing'),
      call(5, 'subscription', 'failingCleanUp'),
      call(6, 'subscription', 'observed'),
      call(7, 'subscription', 'observedError'),
      call(8, 'subscription', 'count', 0),
      call('nine', 'subscription', 'count', 1, { jsonrpc: '2.0' }),
    ]);
  });

  it('to lastEventId beside an input and without one', async () => {
    const resume = (id: number, input?: unknown) => ({
      id,
      method: 'subscription',
      params: { path: 'tracked', lastEventId: '5', ...(input === undefined ? {} : { input }) },
    });
    const answered = await expectSame([resume(1), resume(2, {}), resume(3, { lastEventId: '1' })]);
    expect(answered['1']?.[1]).toContain('"n":6');
  });

  it('to stops, duplicate ids, and ids that are used again', async () => {
    await expectSame([
      call(1, 'subscription', 'endless'),
      call(1, 'subscription', 'count', 2),
      { id: 1, method: 'subscription.stop' },
      { id: 2, method: 'subscription.stop' },
      call(3, 'subscription', 'endless'),
      { id: 3, method: 'subscription.stop' },
    ]);
  });

  it('to PING, to batches that are too large, and with a transformer', async () => {
    const batch = [call(1, 'query', 'date'), call(2, 'query', 'date'), call(3, 'query', 'date')];
    await expectSame(['PING', 'PONG', batch], { maxBatchSize: 2 });
    await expectSame(
      [
        call(1, 'query', 'date', { json: null }),
        call(2, 'mutation', 'echo', {
          json: { at: '1970-01-01T00:00:00.000Z' },
          meta: { values: { at: ['Date'] } },
        }),
        call(3, 'subscription', 'tracked', { json: { lastEventId: '1' } }),
        call(4, 'mutation', 'fails', { json: null }),
      ],
      { transformer: superjson },
    );
  });

  it('to connection parameters, good and bad, and to a context that cannot be made', async () => {
    const params = (data: unknown) => ({ method: 'connectionParams', data });
    const greet = call(1, 'query', 'greet', 'you');
    const query = '?connectionParams=1';
    for (const first of [params({ token: 'x' }), params(null), '{', '7', params({ token: 7 })]) {
      await expectSame([first, greet], { query });
      await expectSame([first, greet], { query, createContext: () => ({}) });
    }
    const createContext = () => {
      throw new Error('no context');
    };
    await expectSame([greet], { createContext });
  });

  it('to whatever a client may send, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 12 }), async (sent) => {
        await expectSame(numbered(sent));
      }),
      { numRuns: 200 },
    );
  });

  it('with an encoder of the app’s own', async () => {
    const binary: Encoder = {
      encode: (data) => new TextEncoder().encode(JSON.stringify(data)),
      decode: (data) =>
        JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data)),
    };
    await expectSame([call(1, 'query', 'greet', 'you'), call(2, 'subscription', 'tracked')], {
      experimental_encoder: binary,
    });
  });

  it('with an encoder that cannot encode an error outside of a call', async () => {
    const picky: Encoder = {
      ...jsonEncoder,
      encode: (data) => {
        const text = JSON.stringify(data);
        if (text.includes('BAD_REQUEST')) throw new Error('not that');
        return text;
      },
    };
    const greet = (id: number) => call(id, 'query', 'greet', { json: 'you' }, { jsonrpc: '2.0' });
    const answered = await expectSame([[greet(1), greet(2)]], {
      experimental_encoder: picky,
      maxBatchSize: 1,
      onError: () => {},
      transformer: superjson,
    });
    expect(answered['1']?.[0]).toContain('"error":{"json":');
  });

  it('with an encoder that gives what its type forbids and `ws` takes', async () => {
    const bytesOf = (data: unknown) => new TextEncoder().encode(JSON.stringify(data));
    for (const encode of [
      (data: unknown) => bytesOf(data).buffer,
      (data: unknown) => new DataView(bytesOf(data).buffer),
    ]) {
      const odd = { ...jsonEncoder, encode } as unknown as Encoder;
      await expectSame([call(1, 'query', 'greet', 'you')], { experimental_encoder: odd });
    }
  });
});
