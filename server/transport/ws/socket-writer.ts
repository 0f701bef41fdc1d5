import type { Socket } from 'node:net';
import type { TcpWrites, WriteOwner } from './tcp-writes.ts';

/** Whose memory bytes are in. */
export interface Lender {
  /** They are needed for longer. */
  keep(): void;
}

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

  /** Hands bytes over; a `lender`'s are used again by others once this has returned, unless he is told to keep
   *  them. False: more waits now than the stream's high-water mark. */
  write(bytes: Buffer, lender?: Lender): boolean {
    if (this.waitingBytes === 0) return this.#writeAtOnce(bytes, lender);
    // It may wait for long, in no more memory than it fills.
    return this.#writeToStream(lender ? copyOf(bytes) : bytes);
  }

  #writeAtOnce(bytes: Buffer, lender: Lender | undefined): boolean {
    const waiting = this.#writes?.write(this.#socket, bytes, this);
    if (waiting === 0) return true;
    if (waiting !== undefined) {
      this.#pastBytes = waiting;
      lender?.keep();
      return waiting < this.#socket.writableHighWaterMark;
    }
    // Where it could not be written, the stream meets the same error, and does what is due then.
    const isTaken = this.#writeToStream(bytes);
    if (this.waitingBytes > 0) lender?.keep();
    return isTaken;
  }

  #writeToStream(bytes: Buffer): boolean {
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

/** Not in the pool, all of which a piece would hold. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
