import { connect, Socket, type TcpNetConnectOpts } from 'node:net';
import { WebSocket } from 'ws';
import type { WebSocketClass } from '../client/index.ts';

/** A client's way to the server, which can go away for a while. */
export interface FlappingLine {
  /** For the SDK: sockets over this line. */
  readonly WebSocket: WebSocketClass;
  /** Is there a connection now? */
  readonly isUp: boolean;
  /** Ends the TCP connections without a word, and lets none through for so long. */
  cut(ms: number): void;
}

/** Makes one. `localAddress`: the loopback address to come from. */
export function flappingLine(localAddress: string | undefined): FlappingLine {
  const sockets = new Set<WebSocket>();
  let closedUntil = 0;

  const createConnection = (options: TcpNetConnectOpts): Socket => {
    const { host = '127.0.0.1', port } = options;
    if (performance.now() >= closedUntil) {
      return connect({ host, port, ...(localAddress !== undefined && { localAddress }) });
    }
    return new Socket().destroy(new Error('the network is unreachable'));
  };

  class LineSocket extends WebSocket {
    constructor(url: string) {
      // The type is that of all overloads of `connect`; ws calls it with a host and a port.
      const over = createConnection as unknown as typeof connect;
      super(url, { perMessageDeflate: false, createConnection: over });
      sockets.add(this);
      this.on('close', () => sockets.delete(this));
      this.on('error', () => {});
    }
  }
  return {
    WebSocket: LineSocket,
    get isUp() {
      return [...sockets].some(({ readyState }) => readyState === WebSocket.OPEN);
    },
    cut: (ms) => {
      closedUntil = performance.now() + ms;
      for (const socket of sockets) socket.terminate();
    },
  };
}
