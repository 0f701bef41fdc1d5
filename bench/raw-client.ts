import { WebSocket } from 'ws';

/** What is looked at of a reply. */
interface Reply {
  readonly id?: unknown;
  readonly result?: unknown;
}

interface Pending {
  readonly id: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A load client that costs as little as it can: tRPC's WebSocket protocol by hand, one call in
 *  flight. It checks that its call was answered and not refused, and looks at nothing else. */
export class RawClient {
  readonly #socket: WebSocket;
  #pending: Pending | undefined;
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    socket.on('close', (code, reason) => this.#fail(`closed with ${code} ${reason.toString()}`));
  }

  /** Connects and says who it is. `url`: `http://host:port` of a server with tRPC at `/trpc`. */
  static open(url: string, token: string): Promise<RawClient> {
    const target = `${url.replace('http', 'ws')}/trpc?connectionParams=1`;
    const socket = new WebSocket(target, { perMessageDeflate: false, skipUTF8Validation: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('open', () => {
        socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
        resolve(new RawClient(socket));
      });
    });
  }

  /** Calls a mutation. `json`: its input as JSON text. Resolves at the ack. @throws Error */
  mutate(path: string, json: string): Promise<void> {
    return new Promise((resolve, reject) => {
      // A closed socket takes frames without a word.
      if (this.#socket.readyState !== WebSocket.OPEN) {
        return reject(new Error('raw-client: the connection is closed'));
      }
      const id = (this.#calls += 1);
      this.#pending = { id, resolve, reject };
      this.#socket.send(
        `{"id":${id},"method":"mutation","params":{"path":"${path}","input":{"json":${json}}}}`,
      );
    });
  }

  close(): void {
    this.#socket.close();
  }

  #receive(text: string): void {
    if (text === 'PING') return this.#socket.send('PONG');
    if (text === 'PONG') return;
    const reply: Reply = JSON.parse(text);
    const pending = this.#pending;
    if (reply.id !== pending?.id) return this.#fail(`unexpected frame ${text}`);
    if (!reply.result) return this.#fail(`refused: ${text}`);
    this.#pending = undefined;
    pending?.resolve();
  }

  #fail(reason: string): void {
    this.#pending?.reject(new Error(`raw-client: ${reason}`));
    this.#pending = undefined;
  }
}
