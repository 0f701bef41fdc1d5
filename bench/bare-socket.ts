import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Where to, and what becomes of what comes. */
export interface BareSocketOptions {
  /** `http://host:port`. */
  readonly url: string;
  /** Path and query of the upgrade. */
  readonly path: string;
  /** The loopback address to come from. Unset: the system's choice. */
  readonly localAddress: string | undefined;
  /** Takes the payload of each text frame: a view that is good for the call alone. */
  readonly onFrame: (payload: Buffer) => void;
  readonly onEnd: () => void;
}

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

/** The client's end of a WebSocket, on bare TCP: it costs a tenth of one that makes strings and
 *  events, so that a process can stand for thousands. Whole frames only (RFC 6455, 5.2). */
export class BareSocket {
  readonly #socket: Socket;
  readonly #onFrame: (payload: Buffer) => void;
  #rest: Buffer | undefined;

  /** Resolves when it may be sent to. Rejects when the upgrade is refused. */
  readonly opened: Promise<void>;

  constructor({ url, path, localAddress, onFrame, onEnd }: BareSocketOptions) {
    const { hostname, port } = new URL(url);
    const to = { host: hostname, port: Number(port), noDelay: true };
    const socket = connect(localAddress === undefined ? to : { ...to, localAddress });
    this.#socket = socket;
    this.#onFrame = onFrame;
    this.opened = new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (chunk: Buffer) => {
        const end = chunk.indexOf('\r\n\r\n') + 4;
        const head = chunk.toString('latin1', 0, end);
        if (!head.startsWith('HTTP/1.1 101')) {
          socket.destroy();
          return reject(new Error(`bare-socket: not upgraded: ${head}`));
        }
        socket.on('data', (next: Buffer) => this.#receive(next));
        resolve();
        this.#receive(chunk.subarray(end));
      });
    });
    socket.on('error', () => {});
    socket.on('close', onEnd);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  }

  /** Sends a text frame. */
  send(text: string): void {
    this.#socket.write(maskedFrame(TEXT, Buffer.from(text)));
  }

  /** Stops reading, as a reader does who has hung: the kernel's buffers fill, then the server's. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at + 2 <= data.length) {
      const short = (data[at + 1] ?? 0) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (at + header > data.length) break;
      const end = at + header + payloadLength(data, at, short);
      if (end > data.length) break;
      this.#take((data[at] ?? 0) & 0x0f, data.subarray(at + header, end));
      at = end;
    }
    this.#rest = at < data.length ? data.subarray(at) : undefined;
  }

  #take(kind: number, payload: Buffer): void {
    if (kind === TEXT) this.#onFrame(payload);
    else if (kind === PING) this.#socket.write(maskedFrame(PONG, payload));
    else if (kind === CLOSE) this.#socket.end();
  }
}

function payloadLength(data: Buffer, at: number, short: number): number {
  if (short < 126) return short;
  return short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
}

/** Clients must mask; a mask of zeroes leaves the payload as it is. At most 64 KiB. */
function maskedFrame(kind: number, payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const header = Buffer.alloc(isShort ? 6 : 8);
  header[0] = 0x80 | kind;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}
