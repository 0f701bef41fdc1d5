import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestServer } from '../../server/testing.ts';

/** A way to a server that can be cut, and closed for a while. */
export interface Road {
  /** `ws://…/trpc`, by this way. */
  readonly url: string;
  /** Cuts every connection. */
  cut(): void;
  /** Cuts every connection and lets no other through. */
  close(): void;
  /** Lets connections through again. */
  open(): void;
}

/** Builds one; it ends with the test. */
export async function roadTo(server: Pick<TestServer, 'url'>): Promise<Road> {
  const target = Number(new URL(server.url).port);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const join = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.pipe(to);
  };
  const proxy = createServer((inner) => {
    if (!isOpen) return void inner.destroy();
    const outer = connect(target, '127.0.0.1');
    join(inner, outer);
    join(outer, inner);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    cut();
    proxy.close();
  });
  const { port } = proxy.address() as { port: number };
  return {
    url: `ws://127.0.0.1:${port}/trpc`,
    cut,
    close: () => {
      isOpen = false;
      cut();
    },
    open: () => (isOpen = true),
  };
}
