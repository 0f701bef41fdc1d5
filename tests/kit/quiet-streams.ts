import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestServer } from '../../server/testing.ts';

/** A way to a server on which event streams can go half-open, as a router leaves them that has forgotten them. */
export interface QuietStreams {
  /** `ws://…/trpc`, by this way. */
  readonly url: string;
  /** From now on nothing comes on the streams that are open, nor an end of them. All else passes. */
  silence(): void;
  /** How many of those that went silent the client has let go of. */
  readonly released: number;
}

/** Builds one; it ends with the test. */
export async function quietStreams(server: Pick<TestServer, 'url'>): Promise<QuietStreams> {
  const target = Number(new URL(server.url).port);
  const sockets = new Set<Socket>();
  const streams = new Set<Socket>();
  const silent = new Set<Socket>();
  let released = 0;
  const proxy = createServer((client) => {
    const origin = connect(target, '127.0.0.1');
    for (const socket of [client, origin]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (bytes: Buffer) => {
      if (bytes.includes('text/event-stream')) streams.add(client);
      origin.write(bytes);
    });
    origin.on('data', (bytes: Buffer) => void (silent.has(client) || client.write(bytes)));
    origin.on('close', () => void (silent.has(client) || client.destroy()));
    client.on('close', () => {
      streams.delete(client);
      if (silent.has(client)) released += 1;
      origin.destroy();
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    url: `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/trpc`,
    silence: () => {
      for (const stream of streams) silent.add(stream);
    },
    get released() {
      return released;
    },
  };
}
