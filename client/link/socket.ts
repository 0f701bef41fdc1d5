import type { Clock } from '../clock.ts';
import type { Encoder } from './encoder.ts';
import { startHeartbeat, type Heartbeat } from './heartbeat.ts';
import { readIncoming, type Incoming, type Reply } from './incoming.ts';
import type { WebSocketClass, WebSocketLike } from './web-socket.ts';

/** How a socket ended. */
export interface Ending {
  /** The close code; 1006 where none was received. */
  readonly code: number;
  /** What the other side said, or what was wrong with it. Empty: nothing. */
  readonly reason: string;
  /** The server sent what cannot be read. */
  readonly isFault?: boolean;
}

/** What a socket is made from, and whom it tells. */
export interface SocketOptions {
  readonly url: string;
  readonly WebSocket: WebSocketClass;
  /** Sent first: `connectionParams`. */
  readonly params: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Default: JSON in text frames. */
  readonly encoder: Encoder | undefined;
  readonly onOpen: () => void;
  readonly onReply: (reply: Reply) => void;
  /** An error that answers no call, still encoded. */
  readonly onRefused: (error: unknown) => void;
  /** The server asks for another connection in place of this one. */
  readonly onReconnect: () => void;
  /** Called once, last of all. */
  readonly onEnd: (ending: Ending) => void;
}

const CONNECT_MS = 10_000;
// A server that floods us with pings and reads no answer gets none.
const MOST_UNSENT_BYTES = 64 * 1024;
const OPEN = 1;

/** One WebSocket that speaks tRPC: heartbeat both ways, frames in, frames out. It ends once, and
 *  what its WebSocket does after that is nobody's business. */
export class Socket {
  readonly #options: SocketOptions;
  readonly #ws: WebSocketLike;
  #heartbeat: Heartbeat | undefined;
  #cancelConnect: () => void;
  #isOver = false;

  /** Opens. @throws SyntaxError for a URL that is none */
  constructor(options: SocketOptions) {
    this.#options = options;
    const { url, clock } = options;
    this.#ws = new options.WebSocket(`${url}${url.includes('?') ? '&' : '?'}connectionParams=1`);
    this.#ws.binaryType = 'arraybuffer';
    this.#ws.addEventListener('open', () => this.#open());
    this.#ws.addEventListener('message', ({ data }) => this.#receive(data));
    this.#ws.addEventListener('close', ({ code, reason }) => this.#end({ code, reason }));
    this.#ws.addEventListener('error', () => this.#fail());
    this.#cancelConnect = clock.after(CONNECT_MS, () => this.#cut('it did not open in time'));
  }

  /** Sends frames of JSON, in order. What is sent when the socket has ended is lost. */
  send(frames: readonly string[]): void {
    if (this.#ws.readyState !== OPEN) return;
    const { encoder } = this.#options;
    for (const frame of frames) {
      this.#ws.send(encoder ? encoder.encode(JSON.parse(frame) as unknown) : frame);
    }
  }

  /** Nobody waits for the answer of a call any more. */
  giveUp(id: number): void {
    this.#ws.giveUp?.(id);
  }

  /** Finds out whether the other side is still there. */
  check(): void {
    this.#heartbeat?.ask();
  }

  /** Closes without a word to `onEnd`. Safe to call twice. */
  close(): void {
    this.#isOver = true;
    this.#release();
    this.#ws.close();
  }

  #open(): void {
    if (this.#isOver) return;
    const { clock, params, onOpen } = this.#options;
    this.#cancelConnect();
    this.send([JSON.stringify({ method: 'connectionParams', data: params })]);
    this.#heartbeat = startHeartbeat({
      clock,
      ping: () => this.#say('PING'),
      dead: () => this.#cut('nothing came for too long'),
    });
    onOpen();
  }

  /** A runtime tells nobody why. Where nothing has opened yet the place may be the wrong one: it is named. */
  #fail(): void {
    if (this.#heartbeat) return this.#cut('the connection failed');
    const place = placeOf(this.#options.url);
    const hint = NO_PATH.test(place) ? ': a ready server is at its path /trpc' : '';
    this.#cut(`nothing opens at ${place}${hint}`);
  }

  /** Keep-alive goes as text, whatever the encoder. */
  #say(text: 'PING' | 'PONG'): void {
    if (this.#ws.readyState === OPEN) this.#ws.send(text);
  }

  #receive(data: unknown): void {
    if (this.#isOver) return;
    this.#heartbeat?.heard();
    this.#take(readIncoming(data, this.#options.encoder));
  }

  #take(incoming: Incoming): void {
    switch (incoming.says) {
      case 'ping':
        if (this.#ws.bufferedAmount < MOST_UNSENT_BYTES) this.#say('PONG');
        return;
      case 'reply':
        return this.#options.onReply(incoming);
      case 'reconnect':
        return this.#options.onReconnect();
      case 'refused':
        return this.#options.onRefused(incoming.error);
      case 'unreadable':
        // To pass over it could be to pass over an event: the streams resume on another socket.
        return this.#cut(`the server sent a frame that cannot be read: ${incoming.why}`, true);
      case 'pong':
      case 'nothing-known':
    }
  }

  /** Ends now: a dead connection would take its time to close. */
  #cut(reason: string, isFault = false): void {
    this.#end({ code: 1006, reason, isFault });
    this.#ws.close();
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#options.onEnd(ending);
  }

  #release(): void {
    this.#cancelConnect();
    this.#heartbeat?.stop();
  }
}

/** Where a URL leads, without what in it may be secret. */
const NO_PATH = /^[a-z]+:\/\/[^/]+\/?$/i;

function placeOf(url: string): string {
  return url.replace(/[?#].*/s, '').replace(/\/\/[^/]*@/, '//');
}
