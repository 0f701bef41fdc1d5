import type { Socket } from 'node:net';
import { copyOf, type Lender } from './lender.ts';
import type { TcpHandle, TcpWrites, WriteOwner } from './tcp-writes.ts';

/** Writes whole frames to the socket of a connection: past its stream as long as nothing waits in it, and
 *  behind what waits otherwise. */
export class SocketWriter implements WriteOwner {
  // First what a write looks at: thousands of writers do not fit into a processor's cache, and this is one line of it.
  /** What lies under the socket. Unset: everything goes through the stream. */
  readonly #handle: TcpHandle | undefined;
  readonly #writes: TcpWrites | undefined;
  /** What had to wait when it was written past the stream. */
  #pastBytes = 0;
  /** May anything wait in the stream? At first what somebody else has written. */
  #isStreamUsed = true;
  readonly #mayTimeOut: boolean;
  readonly #socket: Socket;
  readonly #onDrain: () => void;

  /** `onDrain` hears, after a `write` that was false, that little waits again. Without `writes`, or where
   *  they do not fit, everything goes through the stream. `mayTimeOut`: may somebody give the socket a time limit
   *  (`setTimeout`)? Default yes. */
  constructor(
    socket: Socket,
    writes: TcpWrites | undefined,
    onDrain: () => void,
    mayTimeOut = true,
  ) {
    this.#handle = writes?.handleOf(socket);
    this.#writes = writes;
    this.#mayTimeOut = mayTimeOut;
    this.#socket = socket;
    this.#onDrain = onDrain;
    socket.on('drain', onDrain);
  }

  /** What may be written to with no look at the rest, as long as nothing waits. Unset: nothing may, or something does. */
  get direct(): TcpHandle | undefined {
    return this.#mayTimeOut || this.mayHold ? undefined : this.#handle;
  }

  /** Somebody else writes to the stream, and what is written here goes behind that. */
  minds(): void {
    this.#isStreamUsed = true;
  }

  /** May anything wait? False without a look at the socket. */
  get mayHold(): boolean {
    return this.#pastBytes > 0 || this.#isStreamUsed;
  }

  /** Bytes that the kernel has not taken. */
  get waitingBytes(): number {
    return this.#pastWaiting() + this.#socket.writableLength;
  }

  /** Falls while the reader reads. What the stream has written since waits behind it in the same queue. */
  #pastWaiting(): number {
    if (this.#pastBytes === 0 || this.#socket.destroyed) return 0;
    return Math.min(this.#pastBytes, this.#handle?.writeQueueSize ?? 0);
  }

  /** Hands bytes over; a `lender`'s are used again by others once this has returned, unless he is told to keep
   *  them. False: more waits now than the stream's high-water mark. */
  write(bytes: Buffer, lender?: Lender): boolean {
    const [handle, writes] = [this.#handle, this.#writes];
    if (this.#isBehind() || !handle || !writes) return this.#writeBehind(bytes, lender);
    return writes.isTaken(handle, bytes) || this.hold(bytes, lender);
  }

  /** Holds what was written to `direct` and not all taken. Answers as `write`. */
  hold(bytes: Buffer, lender?: Lender): boolean {
    const waiting = this.#handle && this.#writes?.held(this.#handle, bytes, this);
    if (waiting === 0) return true;
    if (waiting === undefined) return this.#writeBehind(bytes, lender);
    this.#pastBytes = waiting;
    lender?.keep(bytes);
    return waiting < this.#socket.writableHighWaterMark;
  }

  /** Is there anything that must leave first? */
  #isBehind(): boolean {
    // By its stream alone the socket knows that it is not idle.
    if (this.#mayTimeOut && this.#socket.timeout) return true;
    if (!this.mayHold) return false;
    // What has left is over when that is told: the next would be taken for it.
    if (this.#pastBytes > 0 || this.waitingBytes > 0) return true;
    this.#isStreamUsed = false;
    return false;
  }

  #writeBehind(bytes: Buffer, lender: Lender | undefined): boolean {
    // Its end has been written, or it is gone: what waits for it goes nowhere.
    if (!this.#socket.writable) return true;
    const isBehind = this.waitingBytes > 0;
    this.#isStreamUsed = true;
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
