import type { Socket } from 'node:net';
import { copyOf, type Lender } from './lender.ts';
import type { TcpWrites, WriteOwner } from './tcp-writes.ts';

/** Writes whole frames to the socket of a connection: past its stream as long as nothing waits in it, and
 *  behind what waits otherwise. */
export class SocketWriter implements WriteOwner {
  readonly #socket: Socket;
  readonly #writes: TcpWrites | undefined;
  readonly #onDrain: () => void;
  /** What had to wait when it was written past the stream. */
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
    return this.#pastWaiting() + this.#socket.writableLength;
  }

  /** Falls while the reader reads. What the stream has written since waits behind it in the same queue. */
  #pastWaiting(): number {
    if (this.#pastBytes === 0) return 0;
    return Math.min(this.#pastBytes, this.#writes?.waitingBytes(this.#socket) ?? 0);
  }

  /** Hands bytes over; a `lender`'s are used again by others once this has returned, unless he is told to keep
   *  them. False: more waits now than the stream's high-water mark. */
  write(bytes: Buffer, lender?: Lender): boolean {
    const isBehind = this.waitingBytes > 0;
    const waiting = isBehind ? undefined : this.#writes?.write(this.#socket, bytes, this);
    if (waiting === 0) return true;
    if (waiting !== undefined) {
      this.#pastBytes = waiting;
      lender?.keep(bytes);
      return waiting < this.#socket.writableHighWaterMark;
    }
    // Where it could not be written past the stream, that meets the same error, and does what is due then.
    const isTaken = this.#socket.write(this.#toBeHeld(bytes, lender, isBehind));
    return isTaken && this.waitingBytes < this.#socket.writableHighWaterMark;
  }

  /** A stream may hold bytes for long, and with them the memory that they are in. */
  #toBeHeld(bytes: Buffer, lender: Lender | undefined, isBehind: boolean): Buffer {
    if (lender) return lender.copyOf(bytes);
    return isBehind && bytes.length < bytes.buffer.byteLength ? copyOf(bytes) : bytes;
  }

  onWritten(status: number): void {
    this.#pastBytes = 0;
    if (status < 0) this.#socket.destroy();
    // A stream that is full tells of it itself.
    else if (!this.#socket.writableNeedDrain) this.#onDrain();
  }
}
