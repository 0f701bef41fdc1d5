import { Socket } from 'node:net';

/** Takes what was read, which stands in memory that is written over after it has returned. False: read no more for now. */
export type OnRead = (this: Socket, length: number, bytes: Buffer) => boolean;

/** What lies under a socket of Node, as far as it is read from. */
interface Handle {
  useUserBuffer(bytes: Uint8Array): void;
}

/** Where a socket keeps what the `onread` option of `net.connect` sets, which there is none of for accepted ones. */
interface Names {
  readonly bytes: symbol;
  readonly onRead: symbol;
}

// As much as Node itself asks the kernel for at once.
const BYTES = 64 * 1024;

/** Reads accepted sockets into the same memory, one after the other, before their streams: Node takes 64 KiB anew for
 *  each read and makes a chunk of what was needed of it, a tenth of what a call costs on the event loop. */
export class SharedReads {
  readonly #names: Names;
  readonly #bytes = Buffer.allocUnsafeSlow(BYTES);

  private constructor(names: Names) {
    this.#names = names;
  }

  /** Undefined where sockets of this Node do not look as they have to. */
  static find(sample: object = new Socket()): SharedReads | undefined {
    const symbols = Object.getOwnPropertySymbols(sample);
    const named = (name: string) => symbols.find(({ description }) => description === name);
    const [bytes, onRead] = [named('kBuffer'), named('kBufferCb')];
    return bytes && onRead ? new SharedReads({ bytes, onRead }) : undefined;
  }

  /** Has `onRead` hear of all that is read from now on. What it pushes into the stream is read there as ever. False: it
   *  hears of nothing. */
  read(socket: Socket, onRead: OnRead): boolean {
    const { bytes, onRead: callback } = this.#names;
    const { _handle: handle } = socket as unknown as { readonly _handle?: Partial<Handle> | null };
    if (!handle?.useUserBuffer || Reflect.get(socket, bytes) !== null) return false;
    Reflect.set(socket, bytes, this.#bytes);
    Reflect.set(socket, callback, onRead);
    handle.useUserBuffer(this.#bytes);
    return true;
  }
}
