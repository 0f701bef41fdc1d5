import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to Redis on which the connection that listens can go dead without a word. */
export interface DeafProxy {
  readonly url: string;
  /** While it is on, nothing that Redis says arrives on connections that have subscribed. */
  deafen(isOn: boolean): void;
  /** Says something in Redis's place, on every connection. */
  say(text: string): void;
  close(): Promise<void>;
}

/** Opens one before a Redis on this machine. */
export async function deafProxy(port: number): Promise<DeafProxy> {
  let isDeaf = false;
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    let isListening = false;
    clients.add(client);
    client.on('close', () => clients.delete(client));
    for (const [one, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    client.on('data', (bytes: Buffer) => {
      isListening ||= /ssubscribe/i.test(bytes.toString('latin1'));
      redis.write(bytes);
    });
    redis.on('data', (bytes: Buffer) => {
      if (!(isDeaf && isListening)) client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deafen: (isOn) => (isDeaf = isOn),
    say: (text) => {
      for (const client of clients) client.write(text);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
