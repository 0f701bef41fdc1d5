import { initTRPC } from '@trpc/server';
import * as stock from '@trpc/server/adapters/ws';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import * as ours from '../../server/transport/adapter.ts';
import { waitFor } from '../kit/wait-for.ts';

type Adapter = Pick<typeof stock, 'applyWSSHandler' | 'getWSConnectionHandler'>;

const VALUES = 50;
// More in all than may wait for a reader.
const router = (() => {
  const t = initTRPC.create();
  return t.router({
    hello: t.procedure.query(() => 'hi'),
    many: t.procedure.subscription(async function* () {
      for (let no = 1; no <= VALUES; no += 1) {
        yield 'x'.repeat(20_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  });
})();

/** Sends as tRPC's own adapter does, with nothing but the message, and keeps count. */
function counted(client: WebSocket, sent: string[]): (message: string) => void {
  const send = client.send.bind(client) as (message: string) => void;
  return (message) => {
    sent.push(message);
    send(message);
  };
}

// Every way that an app has to put a `send` of its own in the place of that of `ws`.
const WAYS: Record<string, (adapter: Adapter, sent: string[]) => WebSocketServer> = {
  'before the adapter': ({ applyWSSHandler }, sent) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    wss.on('connection', (client) => (client.send = counted(client, sent)));
    applyWSSHandler({ wss, router });
    return wss;
  },
  'after the adapter': ({ applyWSSHandler }, sent) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    applyWSSHandler({ wss, router });
    wss.on('connection', (client) => (client.send = counted(client, sent)));
    return wss;
  },
  'in createContext': ({ applyWSSHandler }, sent) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const createContext = ({ res }: { res: WebSocket }) => {
      res.send = counted(res, sent);
      return {};
    };
    applyWSSHandler({ wss, router, createContext });
    return wss;
  },
  'in a class of its own': ({ applyWSSHandler }, sent) => {
    class Own extends WebSocket {
      override send(message: string): void {
        sent.push(message);
        super.send(message);
      }
    }
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: Own });
    applyWSSHandler({ wss, router });
    return wss;
  },
  'by a proxy': ({ getWSConnectionHandler }, sent) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const serve = getWSConnectionHandler({ wss, router });
    wss.on('connection', (client, req) => {
      const send = counted(client, sent);
      const get = (target: WebSocket, name: string) => {
        const value: unknown = name === 'send' ? send : Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      };
      serve(new Proxy(client, { get }), req);
    });
    return wss;
  },
  'over it': ({ getWSConnectionHandler }, sent) => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const serve = getWSConnectionHandler({ wss, router });
    wss.on('connection', (client, req) => {
      const facade = {
        send: counted(client, sent),
        on: client.on.bind(client),
        once: client.once.bind(client),
        close: client.close.bind(client),
        get readyState() {
          return client.readyState;
        },
      };
      serve(facade as unknown as WebSocket, req);
    });
    return wss;
  },
};

describe.each([
  ['the stock adapter', stock],
  ['ours', ours as unknown as Adapter],
])('[TRN1] with %s', (_, adapter) => {
  it.each(Object.entries(WAYS))(
    'an app with a `send` of its own %s hears of every message, and its readers get all',
    async (_way, start) => {
      const sent: string[] = [];
      const wss = start(adapter, sent);
      onTestFinished(() => {
        for (const client of wss.clients) client.terminate();
        wss.close();
      });
      await new Promise((resolve) => wss.once('listening', resolve));
      const ws = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`);
      const got: string[] = [];
      ws.on('message', (data: Buffer) => got.push(data.toString()));
      await new Promise((resolve) => ws.once('open', resolve));
      ws.send('{"id":1,"method":"subscription","params":{"path":"many"}}');
      await waitFor(() => expect(got.at(-1)).toContain('stopped'));
      ws.send('{"id":2,"method":"query","params":{"path":"hello"}}');
      await waitFor(() => expect(got.at(-1)).toContain('"hi"'));
      expect(got).toHaveLength(VALUES + 3);
      expect(sent).toEqual(got);
    },
  );
});
