import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { frameBytes } from './frame-bytes.ts';
import type { Flushable, FlushQueue } from './flush-queue.ts';

/** How much may wait for one connection, in bytes. */
export interface OutboundLimits {
  /** Beyond it, streams pause (TRN4). */
  readonly softBytes: number;
  /** Beyond it, the connection is cut. Infinity: never. */
  readonly hardBytes: number;
}

/** What a connection sends: gathered over one turn, written at once (TRN3). Straight to the socket
 *  where `ws` neither compresses nor queues; through `ws` otherwise. */
export class Outbound implements Flushable {
  readonly #ws: WebSocket;
  readonly #socket: Duplex | undefined;
  readonly #queue: FlushQueue;
  readonly #limits: OutboundLimits;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  readonly #onRoom = new Set<() => void>();

  /** `socket`: the one that the upgrade handed over, if it may be written to. */
  constructor(options: {
    ws: WebSocket;
    socket: Duplex | undefined;
    queue: FlushQueue;
    limits: OutboundLimits;
  }) {
    this.#ws = options.ws;
    // An extension would have to change every frame: that is the business of `ws`.
    this.#socket = options.ws.extensions === '' ? options.socket : undefined;
    this.#queue = options.queue;
    this.#limits = options.limits;
    this.#socket?.on('drain', () => this.#announceRoom());
    if (this.#socket) this.#letNothingOvertake();
  }

  /** Can whole frames be written as bytes? Otherwise they go as messages through `ws`. */
  get takesFrames(): boolean {
    return this.#socket !== undefined;
  }

  /** Has more than the soft budget been handed over and not left yet? */
  get isFull(): boolean {
    return this.unsentBytes > this.#limits.softBytes;
  }

  /** Bytes that have not left for the network. */
  get unsentBytes(): number {
    const queued = this.#socket ? this.#socket.writableLength : this.#ws.bufferedAmount;
    return this.#pendingBytes + queued;
  }

  /** Sends a message: text as a text frame, bytes as a binary one. */
  send(message: string | Uint8Array): void {
    if (this.#socket) this.sendFrame(frameBytes(message));
    else if (this.#ws.readyState === this.#ws.OPEN) {
      this.#ws.send(message, () => this.#announceRoom());
      this.#checkHardCap();
    }
  }

  /** Sends a frame made by `frameBytes`. The same bytes may go to many connections. */
  sendFrame(frame: Buffer): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#pending.push(frame) === 1) this.#queue.add(this);
    this.#pendingBytes += frame.length;
    this.#checkHardCap();
  }

  /** Writes what this turn has gathered. Before anything that `ws` writes itself, such as a close. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const frames = this.#pending;
    const bytes = this.#pendingBytes;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    const [only] = frames;
    this.#socket?.write(frames.length === 1 && only ? only : Buffer.concat(frames, bytes));
  }

  /** Calls `listener` whenever there may be room again. Returns the undo. */
  onRoom(listener: () => void): () => void {
    this.#onRoom.add(listener);
    return () => this.#onRoom.delete(listener);
  }

  /** What an app sends or closes past us goes after what this turn has gathered. */
  #letNothingOvertake(): void {
    const ws = this.#ws;
    const { send, close } = ws;
    ws.send = (...args: unknown[]) => {
      this.flush();
      return Reflect.apply(send, ws, args);
    };
    ws.close = (...args: unknown[]) => {
      this.flush();
      return Reflect.apply(close, ws, args);
    };
  }

  #announceRoom(): void {
    if (this.isFull) return;
    for (const listener of this.#onRoom) listener();
  }

  #checkHardCap(): void {
    if (this.unsentBytes <= this.#limits.hardBytes) return;
    this.#pending = [];
    this.#pendingBytes = 0;
    // A close frame would wait behind what cannot leave: the socket is cut and the client resumes.
    this.#ws.terminate();
  }
}
