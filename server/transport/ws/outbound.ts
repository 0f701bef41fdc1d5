import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { PushItem, PushTogether } from '../../push.ts';
import { hasOwnSend, hearOfApp, tellApp } from './app-use.ts';
import type { Chain } from './chain.ts';
import { NO_PLACE, type DirectOwner } from './direct-writes.ts';
import type { Envelopes } from './envelope.ts';
import { frameBytes, frameLength } from './frame-bytes.ts';
import type { Flushable, Part } from './flush-queue.ts';
import { MessageWriter } from './message-writer.ts';
import { isOpen } from './ready-state.ts';
import { SocketWriter } from './socket-writer.ts';
import type { OutboundParts } from './outbound-parts.ts';
import type { Stalling } from './stall-watch.ts';
import { NO_SUBSCRIBER, type SubscriberNo } from './subscribers.ts';
import { Waiters, type Waiter } from './waiters.ts';

/** What a connection sends: gathered over one turn, written at once (TRN3). Straight to the socket
 *  where `ws` neither compresses nor queues; through `ws` otherwise. */
export class Outbound implements Flushable, Stalling, DirectOwner {
  // First what each item and each write looks at: thousands of these do not fit into a processor's cache, and to
  // fetch a line of it costs as much as all the rest that is done there.
  #pendingBytes = 0;
  /** What the socket held after the last write or drain; below its high-water mark it counts as nothing. Of what goes
   *  through `ws`: all of ours that has not left it. */
  #queuedBytes = 0;
  /** What one subscription got in this turn, and which, since anything else came. */
  #chain: Chain | undefined;
  #to: SubscriberNo = NO_SUBSCRIBER;
  /** What had come before that. */
  #parts: Part[] | undefined;
  #isClosing = false;
  /** Is there room that nobody has been told of? */
  #owesRoom = false;
  /** Among the direct writes, which are open to it while nothing waits and this turn has nothing else. */
  #place = NO_PLACE;
  #writer: SocketWriter | undefined;
  readonly #shared: OutboundParts;
  readonly #ws: WebSocket;
  readonly #socket: Socket | undefined;
  /** Where there is no writer, from the first message on. */
  #messages: MessageWriter | undefined;
  readonly #waiters = new Waiters();

  /** `socket`: the one that the upgrade handed over. Unset: everything goes through `ws`. */
  constructor(ws: WebSocket, socket: Socket | undefined, shared: OutboundParts) {
    this.#ws = ws;
    this.#socket = socket;
    this.#shared = shared;
    // An extension would have to change every frame: that is the business of `ws`.
    if (!socket || ws.extensions !== '' || hasOwnSend(ws)) return;
    const onDrain = () => {
      this.#queuedBytes = 0;
      this.#tellOfRoom();
    };
    this.#writer = new SocketWriter(socket, shared.writes, onDrain, shared.mayTimeOut);
    this.#place = shared.direct?.enter(this) ?? NO_PLACE;
    this.#goBeforeApp(this.#writer);
  }

  #goBeforeApp(writer: SocketWriter): void {
    hearOfApp(this.#ws, {
      onSend: () => {
        this.flush();
        writer.minds();
        this.#takeBack();
      },
      onOwnSend: () => {
        this.flush();
        this.#leaveDirect();
        this.#writer = undefined;
      },
      onClose: () => this.flush(),
      onEnd: () => {
        this.#isClosing = true;
        this.#leaveDirect();
      },
    });
  }

  /** The connection has closed. */
  close(): void {
    this.#isClosing = true;
    this.#shared.stalls.remove(this);
    this.#leaveDirect();
    this.#forget();
  }

  /** Can whole frames be written as bytes? Otherwise they go as messages through `ws`. */
  get takesFrames(): boolean {
    return this.#writer !== undefined;
  }

  /** Has more than the soft budget been handed over and not left yet? */
  get isFull(): boolean {
    return this.#gatheredBytes + this.#queuedBytes > this.#shared.limits.softBytes;
  }

  /** What this turn has gathered, in bytes. */
  get #gatheredBytes(): number {
    return this.#pendingBytes + (this.#shared.direct?.bytesFor(this.#place) ?? 0);
  }

  /** Has a stream room to send? What was gathered in this turn says nothing of the reader before it has been offered to
   *  the kernel. */
  hasRoom(): boolean {
    if (this.isFull) this.#write();
    return !this.isFull;
  }

  get localPort(): number | undefined {
    return this.#socket?.localPort;
  }

  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  /** Without what this turn has gathered, which says nothing of the reader either. */
  get unsentBytes(): number {
    return this.#writer?.waitingBytes ?? this.#ws.bufferedAmount;
  }

  /** Among the direct writes; it changes only when the connection ends. */
  get place(): number {
    return this.#place;
  }

  /** What can push to this connection and to others at once. */
  get together(): PushTogether | undefined {
    return this.#place === NO_PLACE ? undefined : this.#shared.direct;
  }

  /** Sends a message: text as a text frame, bytes as a binary one. */
  send(message: string | Uint8Array): void {
    if (this.#writer) return this.#sendFrame(frameBytes(message));
    if (!this.#mayTakeMore()) return;
    const bytes = Buffer.byteLength(message);
    this.#shared.tally.bytesSent += bytes;
    this.#messages ??= new MessageWriter(this.#ws, this.#socket, (waitingBytes) => {
      this.#queuedBytes = waitingBytes;
      this.#tellOfRoom();
    });
    this.#queuedBytes = this.#messages.send(message, bytes);
    this.#watch();
  }

  /** Sends an item of a subscription, where whole frames can be written. */
  sendItem(envelopes: Envelopes, item: PushItem, to: SubscriberNo): void {
    const made = envelopes.framesOf(item);
    const { tail } = made;
    if (!tail) return this.#sendFrame(made.frame(to));
    if (this.#shared.direct?.add(this.#place, made, to)) return;
    this.#takeBack();
    if (!this.#mayTakeMore()) return;
    if (this.#to !== to) this.#endChain();
    this.#chain = (this.#chain ?? envelopes.start).with(made);
    this.#to = to;
    this.#count(frameLength(this.#shared.queue.subscribers.beginningBytes(to) + tail.length));
  }

  /** TRN4: the hard cap and one frame, of what the kernel does not take. */
  #mayTakeMore(): boolean {
    const { hardBytes } = this.#shared.limits;
    if (this.#pendingBytes + this.#queuedBytes > hardBytes) {
      this.#write();
      // What is about to be gathered goes before what is pushed after it.
      this.#takeBack();
      if (this.unsentBytes > hardBytes) this.cut();
    }
    return this.#isOpen;
  }

  /** What `ws` says is for who cannot be written to without it: of a socket that has gone the writer knows. */
  get #isOpen(): boolean {
    return this.#writer ? !this.#isClosing : isOpen(this.#ws);
  }

  #sendFrame(frame: Buffer): void {
    this.#takeBack();
    if (!this.#mayTakeMore()) return;
    this.#endChain();
    this.#addPart(frame);
    this.#count(frame.length);
  }

  /** What comes next is no part of it. */
  #endChain(): void {
    if (this.#chain) this.#addPart({ chain: this.#chain, to: this.#to });
    this.#chain = undefined;
  }

  #addPart(part: Part): void {
    // As a rule it is the only one.
    if (this.#parts) this.#parts.push(part);
    else this.#parts = [part];
  }

  #count(bytes: number): void {
    if (this.#pendingBytes === 0) this.#shared.queue.add(this);
    this.#pendingBytes += bytes;
  }

  /** Writes what this turn has gathered. */
  flush(): void {
    this.#write();
    if (!this.#owesRoom) return;
    this.#owesRoom = false;
    this.#tellOfRoom();
  }

  /** Tells nobody of the room that it makes: a stream that went on within its own item would overtake that. */
  #write(): void {
    if (this.#pendingBytes === 0 && this.#gatheredBytes > 0) this.#takeBack();
    const bytes = this.#pendingBytes;
    if (bytes === 0) return;
    const own = this.#ownFrame();
    const message = own ?? this.#joined();
    this.#forget();
    const writer = this.#writer;
    if (!writer || !this.#isOpen) return;
    this.#shared.tally.bytesSent += bytes;
    const isTaken = writer.write(message, own ? undefined : this.#shared.queue);
    this.#keepBooks(writer, bytes, isTaken);
  }

  /** What comes next goes behind what was gathered for a direct write, and with it. */
  #takeBack(): void {
    const gathered = this.#shared.direct?.shut(this.#place);
    if (!gathered) return;
    this.#chain = gathered.chain;
    this.#to = gathered.to;
    this.#count(gathered.bytes);
  }

  #leaveDirect(): void {
    this.#shared.direct?.leave(this.#place);
    this.#place = NO_PLACE;
  }

  onHeld(bytes: Buffer): void {
    const writer = this.#writer;
    if (writer) this.#keepBooks(writer, bytes.length, writer.hold(bytes, this.#shared.queue));
  }

  #keepBooks(writer: SocketWriter, bytes: number, isTaken: boolean): void {
    this.#shared.direct?.open(this.#place, writer.direct);
    if (isTaken) {
      // What the kernel took at once leaves nothing to drain: no `drain` will tell of the room.
      if (this.#queuedBytes + bytes > this.#shared.limits.softBytes) this.#owesRoom = true;
      this.#queuedBytes = 0;
    } else {
      this.#queuedBytes = writer.waitingBytes;
    }
    if (writer.mayHold) this.#watch();
  }

  /** The frame of this turn, where it is one alone and in no memory of the turn. */
  #ownFrame(): Buffer | undefined {
    if (this.#chain || this.#parts?.length !== 1) return undefined;
    const [part] = this.#parts;
    return Buffer.isBuffer(part) ? part : undefined;
  }

  #joined(): Buffer {
    const bytes = this.#pendingBytes;
    if (!this.#parts && this.#chain) {
      return this.#shared.queue.bytesOf(this.#chain, this.#to, bytes);
    }
    this.#endChain();
    return this.#shared.queue.join(this.#parts ?? [], bytes);
  }

  /** A close frame would wait behind what cannot leave: the socket is cut, and the client resumes. */
  cut(): void {
    this.#isClosing = true;
    this.#leaveDirect();
    this.#forget();
    this.#shared.tally.cut += 1;
    this.#ws.terminate();
  }

  /** Has `waiter` told whenever there may be room again, until `waitNoMore`. */
  wait(waiter: Waiter): void {
    this.#waiters.add(waiter);
  }

  waitNoMore(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  #forget(): void {
    this.#chain = undefined;
    this.#to = NO_SUBSCRIBER;
    this.#parts = undefined;
    this.#pendingBytes = 0;
  }

  #tellOfRoom(): void {
    this.#waiters.tell(() => this.isFull);
  }

  #watch(): void {
    if (this.unsentBytes === 0) return;
    this.#shared.stalls.add(this);
    // From the first time that something waits: whoever keeps up costs nothing.
    const writer = this.#writer;
    if (writer) tellApp(this.#ws, () => writer.waitingBytes);
  }
}
