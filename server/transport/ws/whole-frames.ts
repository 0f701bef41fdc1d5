import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { FrameWalk } from './frame-walk.ts';
import type { MessageDeadline } from './message-deadline.ts';
import type { OnRead, SharedReads } from './shared-reads.ts';
import { wholeText } from './whole-text.ts';

/** What it is made from. */
export interface WholeFramesOptions {
  /** The largest message, as `ws` was told (`maxPayload`), in bytes. */
  readonly maxBytes: number;
  /** Hears of all that is not one whole message. */
  readonly deadline: MessageDeadline;
  /** Reads sockets before their streams. Unset: their streams read. */
  readonly reads?: SharedReads | undefined;
}

type Listener = (this: Duplex, chunk: Buffer) => void;

const OWNER = Symbol('the WebSocket of a socket');
type Owned = Duplex & { [OWNER]?: WebSocket };

/** Reads what clients send past ws's receiver, a stream of its own, where a chunk is one whole text message, as
 *  nearly all are: `ws` tells of it as if it had read it. Everything else is ws's to read, to refuse and to answer, up to
 *  the end of what was begun. */
export class WholeFrames {
  readonly #maxBytes: number;
  readonly #deadline: MessageDeadline;
  /** Sockets that `ws` reads for now. */
  readonly #within = new Map<Duplex, FrameWalk>();
  readonly #reads: SharedReads | undefined;
  readonly #onRead: OnRead;
  readonly #onData: Listener;
  readonly #onClose: (this: Duplex) => void;
  /** What `ws` reads with: the same for all sockets. */
  #theirs: Listener | undefined;

  constructor({ maxBytes, deadline, reads }: WholeFramesOptions) {
    this.#maxBytes = maxBytes;
    this.#deadline = deadline;
    this.#reads = reads;
    const read = (socket: Socket, chunk: Buffer) => this.#read(socket, chunk);
    const take = (socket: Owned, chunk: Buffer) => this.#take(socket, chunk);
    const forget = (socket: Duplex) => void this.#within.delete(socket);
    // One listener for all sockets: a closure for each would be memory for each.
    this.#onRead = function onRead(length, bytes) {
      return read(this, bytes.subarray(0, length));
    };
    this.#onData = function onData(chunk) {
      take(this, chunk);
    };
    this.#onClose = function onClose() {
      forget(this);
    };
  }

  /** Reads a socket from the end of its upgrade on: `ws` must be reading it already, and have read nothing yet. */
  read(ws: WebSocket, socket: Owned): void {
    const [theirs, ...others] = socket.listeners('data') as Listener[];
    this.#theirs ??= theirs;
    // Compressed messages take more than a turn to read, and whoever else reads the socket counts on every chunk.
    if (theirs !== this.#theirs || !theirs || others.length > 0 || ws.extensions !== '') {
      return this.#deadline.watch(socket);
    }
    socket[OWNER] = ws;
    socket.on('data', this.#onData);
    socket.off('data', theirs);
    if (socket instanceof Socket) this.#reads?.read(socket, this.#onRead);
  }

  /** What comes before the stream goes into it unless it is one whole message, and nothing is in there. False: the
   *  stream is full. */
  #read(socket: Socket, chunk: Buffer): boolean {
    if (socket.readableLength === 0 && this.#tell(socket, chunk)) return true;
    return socket.push(Buffer.from(chunk));
  }

  /** Tells of a whole message. False: it is none, or there is nobody to tell. */
  #tell(socket: Owned, chunk: Buffer): boolean {
    const ws = socket[OWNER];
    if (!ws || ws.readyState !== ws.OPEN || this.#within.has(socket)) return false;
    const text = wholeText(chunk, this.#maxBytes);
    if (text) ws.emit('message', text, false);
    return text !== undefined;
  }

  #take(socket: Owned, chunk: Buffer): void {
    const ws = socket[OWNER];
    if (!ws || this.#tell(socket, chunk)) return;
    const walk = this.#within.get(socket) ?? this.#handOver(socket, chunk);
    this.#deadline.take(socket, chunk);
    // What ws refuses it says a few ticks later.
    if (walk.take(chunk) === 'whole') setImmediate(this.#takeBack, socket, ws, walk);
  }

  /** From this chunk on `ws` reads, as if it had always done: it ends that by itself where it is done. */
  #handOver(socket: Duplex, chunk: Buffer): FrameWalk {
    const walk = new FrameWalk();
    this.#within.set(socket, walk);
    socket.once('close', this.#onClose);
    if (this.#theirs) {
      socket.on('data', this.#theirs);
      this.#theirs.call(socket, chunk);
    }
    return walk;
  }

  /** Who is within nothing, and neither closed nor broken, is ours again. */
  readonly #takeBack = (socket: Duplex, ws: WebSocket, walk: FrameWalk): void => {
    const isWithin = this.#within.get(socket) === walk;
    if (!isWithin || !walk.isWhole || ws.readyState !== ws.OPEN) return;
    this.#within.delete(socket);
    socket.off('close', this.#onClose);
    if (this.#theirs) socket.off('data', this.#theirs);
  };
}
