import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A load balancer over TCP: connections go in turn to the nodes that say that they are ready. */
export interface Balancer {
  /** `ws://…/trpc`, by way of any node. */
  readonly socketUrl: string;
  readonly url: string;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 50;

/** Starts one over nodes by their ports, which may go away and come back. `addressOf`: from which address the
 *  connection of a number goes to its node. Default: the system's choice. */
export async function balancerOver(
  ports: readonly number[],
  addressOf: (no: number) => string | undefined = () => undefined,
): Promise<Balancer> {
  const ready = new Set<number>();
  let turn = 0;
  const look = async () => {
    await Promise.all(
      ports.map(async (port) => {
        if (await isReady(port)) ready.add(port);
        else ready.delete(port);
      }),
    );
    if (!isClosed) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
  };
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  await look();

  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const choice = [...ready];
    const port = choice[(turn += 1) % choice.length];
    if (port === undefined) return void inner.destroy();
    const localAddress = addressOf(turn);
    const outer = connect({ port, host: '127.0.0.1', ...(localAddress && { localAddress }) });
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.setNoDelay();
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    socketUrl: `ws://127.0.0.1:${port}/trpc`,
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(1_000);
    return (await fetch(`http://127.0.0.1:${port}/readyz`, { signal })).ok;
  } catch {
    return false;
  }
}
