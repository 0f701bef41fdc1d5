import { afterEnding, NO_ATTEMPTS } from '../client/connection/reconnect.ts';
import { BareSocket } from './bare-socket.ts';
import { protocols } from './protocols.ts';
import { positionIn } from './texts.ts';

/** Where a follower goes, and what it tells. */
export interface ReturningFollowerOptions {
  readonly url: string;
  readonly token: string;
  readonly room: string;
  readonly requestId: number;
  readonly localAddress: string | undefined;
  /** An event has come, in order. */
  readonly onEvent: (follower: ReturningFollower) => void;
  /** Something that must not be: an event twice, out of order or left out, or a refusal. */
  readonly onFault: (reason: string) => void;
}

const { path, opening, follow, following } = protocols.rooms;

/** A follower on a bare socket that returns by the SDK's own policy when its connection ends, and
 *  resumes after the last event that it has seen. */
export class ReturningFollower {
  readonly #options: ReturningFollowerOptions;
  #socket: BareSocket | undefined;
  #lastEventId: string | undefined;
  #attempts = NO_ATTEMPTS;
  #openSince = 0;
  #onFollowing = () => {};
  #isClosed = false;
  /** Offset of the last event seen. */
  offset = 0;
  /** Connections tried. */
  tries = 0;

  constructor(options: ReturningFollowerOptions) {
    this.#options = options;
  }

  get room(): string {
    return this.#options.room;
  }

  /** Connects. Resolves when it follows. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#onFollowing = resolve;
      this.#connect();
    });
  }

  /** Cuts the connection, as a network does that is gone: it will return by itself. */
  cut(): void {
    this.#socket?.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const { url, token, room, requestId, localAddress } = this.#options;
    this.tries += 1;
    this.#openSince = 0;
    const socket = new BareSocket({
      url,
      path,
      localAddress,
      onFrame: (frame) => this.#receive(frame),
      onEnd: () => this.#return(),
    });
    this.#socket = socket;
    // What keeps it from opening ends it too.
    socket.opened.then(
      () => {
        this.#openSince = performance.now();
        socket.send(opening(token));
        socket.send(follow(room, requestId, this.#lastEventId));
      },
      () => {},
    );
  }

  #return(): void {
    if (this.#isClosed) return;
    const openMs = this.#openSince > 0 ? performance.now() - this.#openSince : 0;
    const ending = { code: 1006, reason: '', openMs };
    const next = afterEnding(this.#attempts, ending, Math.random());
    if (next.step === 'stop') return this.#options.onFault('it may not return');
    this.#attempts = next.attempts;
    setTimeout(() => this.#connect(), next.ms);
  }

  #receive(frame: Buffer): void {
    const position = positionIn(frame);
    if (position === undefined) return this.#control(frame.toString());
    const offset = Number(position.slice(position.indexOf(':') + 1));
    if (offset !== this.offset + 1) {
      this.#options.onFault(`event ${offset} came after event ${this.offset}`);
    }
    this.offset = offset;
    this.#lastEventId = position;
    this.#options.onEvent(this);
  }

  #control(text: string): void {
    if (text.includes('"error":')) this.#options.onFault(`refused: ${text}`);
    else if (text.includes('"gap"')) this.#options.onFault(`not resumed: ${text}`);
    else if (text.includes(following)) this.#onFollowing();
    else if (text === 'PING') this.#socket?.send('PONG');
  }
}
