import type { Socket } from 'node:net';

/** What lies under a TCP socket of Node, as far as it is written to. */
export interface TcpHandle {
  /** Zero, or the number of an error: then nothing is written. */
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/** A write that the kernel has not taken at once. */
interface WriteRequest {
  /** Keeps the bytes in memory meanwhile. */
  bytes?: Uint8Array;
  oncomplete?: (status: number) => void;
}

/** The parts of Node that it takes. None of them is public: they are used where they look like this. */
interface Parts {
  readonly TCP: abstract new () => TcpHandle;
  readonly WriteWrap: new () => WriteRequest;
  readonly streamBaseState: ArrayLike<number>;
  readonly kLastWriteWasAsync: number;
}

/** Who has written more than the kernel took. */
export interface WriteOwner {
  /** All of it is taken now; with a negative status it never will be. */
  onWritten(status: number): void;
}

/** Writes to TCP sockets past their streams. A stream keeps books on every write, of which one that the
 *  kernel takes at once needs none: they cost a tenth of what a delivery does. */
export class TcpWrites {
  readonly #parts: Parts;
  /** Node looks at the request of a write only if it has to wait. */
  #spare: WriteRequest;
  /** Of the last write. */
  #error = 0;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#spare = new parts.WriteWrap();
  }

  /** Undefined where Node does not let at its parts, or has others. */
  static find(binding = bindingOfNode): TcpWrites | undefined {
    try {
      const parts = { ...binding('stream_wrap'), ...binding('tcp_wrap') };
      return hasAll(parts) ? new TcpWrites(parts) : undefined;
    } catch {
      return undefined;
    }
  }

  /** What lies under a socket that may be written to so. Undefined for one of TLS: its bytes are not those that
   *  leave. */
  handleOf(socket: Socket): TcpHandle | undefined {
    const { _handle: handle } = socket as unknown as { readonly _handle?: TcpHandle | null };
    return handle instanceof this.#parts.TCP ? handle : undefined;
  }

  /** Writes, behind whatever waits under the stream. False: not all of it is taken, and `held` must be asked of the rest
   *  before anything else is written. */
  isTaken(handle: TcpHandle, bytes: Uint8Array): boolean {
    const { streamBaseState, kLastWriteWasAsync } = this.#parts;
    this.#error = handle.writeBuffer(this.#spare, bytes);
    return this.#error === 0 && streamBaseState[kLastWriteWasAsync] === 0;
  }

  /** Of the last write, which was not taken: how many bytes wait, for which `owner` will hear; undefined when nothing could
   *  be written, as to a socket that is destroyed. */
  held(handle: TcpHandle, bytes: Uint8Array, owner: WriteOwner): number | undefined {
    const request = this.#spare;
    this.#spare = new this.#parts.WriteWrap();
    if (this.#error !== 0) return undefined;
    request.bytes = bytes;
    const waiting = handle.writeQueueSize;
    // Taken after all: what comes later concerns nobody, and must not be taken for the end of another write.
    request.oncomplete = waiting === 0 ? () => {} : (status) => owner.onWritten(status);
    return waiting;
  }
}

/** Gives Node's parts by name. Deprecated in its documentation, so that nobody counts on it: see `find`. Whoever has Node
 *  throw at what will be deprecated is not meant: it would throw where nobody can catch it. */
function bindingOfNode(name: string): object {
  const { noDeprecation = false } = process;
  process.noDeprecation = true;
  try {
    return (Reflect.get(process, 'binding') as typeof bindingOfNode)(name);
  } finally {
    process.noDeprecation = noDeprecation;
  }
}

function hasAll(parts: object): parts is Parts {
  const { TCP, WriteWrap, streamBaseState, kLastWriteWasAsync } = parts as Partial<Parts>;
  return (
    typeof TCP === 'function' &&
    'writeBuffer' in TCP.prototype &&
    'writeQueueSize' in TCP.prototype &&
    typeof WriteWrap === 'function' &&
    typeof streamBaseState === 'object' &&
    typeof kLastWriteWasAsync === 'number'
  );
}
