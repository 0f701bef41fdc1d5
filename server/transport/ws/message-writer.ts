import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { hasOwnSend } from './app-use.ts';

/** Sends messages through `ws`, where frames cannot be written past it: it compresses, it writes to no socket of ours, or
 *  somebody has a `send` of his own. */
export class MessageWriter {
  readonly #ws: WebSocket;
  readonly #onLeft: (waitingBytes: number) => void;
  /** Does its own `send` tell when a message has left? Another's may take a message and nothing else, as tRPC's own
   *  adapter gives it no more. */
  readonly #isTold: boolean;
  readonly #canSee: boolean;
  /** Messages that have not left yet. */
  #bytes = 0;

  /** `onLeft` hears when some of it has left, of how much waits still. */
  constructor(ws: WebSocket, socket: Socket | undefined, onLeft: (waitingBytes: number) => void) {
    this.#ws = ws;
    this.#onLeft = onLeft;
    this.#isTold = !hasOwnSend(ws);
    // What waits to be compressed is no business of the socket's.
    this.#canSee = socket !== undefined && ws.extensions === '';
    if (!this.#isTold && this.#canSee) socket?.on('drain', () => onLeft(0));
  }

  /** Sends a message of so many bytes. Returns how much waits now, as far as can be known. */
  send(message: string | Uint8Array, bytes: number): number {
    if (!this.#isTold) {
      this.#ws.send(message);
      return this.#canSee ? this.#ws.bufferedAmount : 0;
    }
    // Not what `ws` holds: of an app's own messages in there, nothing would tell when they have left.
    this.#bytes += bytes;
    this.#ws.send(message, () => {
      this.#bytes -= bytes;
      this.#onLeft(this.#bytes);
    });
    return this.#bytes;
  }
}
