import type { Socket } from 'node:net';
import type { TcpWrites, WriteOwner } from './tcp-writes.ts';

/** Writes whole frames to the socket of a connection: past its stream as long as nothing waits in it, and
 *  behind what waits otherwise. */
export class SocketWriter implements WriteOwner {
  readonly #socket: Socket;
  readonly #writes: TcpWrites | undefined;
  readonly #onDrain: () => void;
  /** What has been written past the stream and waits. */
  #pastBytes = 0;

  /** `onDrain` hears, after a `write` that was false, that little waits again. Without `writes`, or where
   *  they do not fit, everything goes through the stream. */
  constructor(socket: Socket, writes: TcpWrites | undefined, onDrain: () => void) {
    this.#socket = socket;
    this.#writes = writes?.fits(socket) ? writes : undefined;
    this.#onDrain = onDrain;
    socket.on('drain', onDrain);
  }

  /** Bytes that the kernel has not taken. */
  get waitingBytes(): number {
    return this.#pastBytes + this.#socket.writableLength;
  }

  /** Hands bytes over. False: more waits now than the stream's high-water mark. */
  write(bytes: Buffer): boolean {
    const writes = this.#writes;
    if (writes && this.waitingBytes === 0) {
      const waiting = writes.write(this.#socket, bytes, this);
      if (waiting === 0) return true;
      if (waiting !== undefined) {
        this.#pastBytes = waiting;
        return waiting < this.#socket.writableHighWaterMark;
      }
      // The stream meets the same error, and does what is due then.
    }
    const isTaken = this.#socket.write(bytes);
    return isTaken && this.waitingBytes < this.#socket.writableHighWaterMark;
  }

  onWritten(status: number): void {
    this.#pastBytes = 0;
    if (status < 0) this.#socket.destroy();
    // A stream that is full tells of it itself.
    else if (!this.#socket.writableNeedDrain) this.#onDrain();
  }
}
