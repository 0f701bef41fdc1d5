import type { Socket } from 'node:net';
import { Direction } from './direction.ts';
import type { Break } from './fault-proxy.ts';

/** How a proxy behaves just now. */
export interface Mood {
  delayMs: number;
  isStalled: boolean;
  isBlack: boolean;
}

// How long an answer that shall not arrive may take to be given.
const REPLY_MS = 30;

/** One connection through a proxy, with both its ends. */
export class Passage {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #up: Direction;
  readonly #down: Direction;
  #trap: 'request' | 'reply' | undefined;
  #isOver = false;
  /** Called once, when it is gone. */
  onEnd: () => void = () => {};

  constructor(client: Socket, server: Socket, mood: Mood) {
    this.#client = client;
    this.#server = server;
    this.#up = new Direction(client, server, mood);
    this.#down = new Direction(server, client, mood);
    client.on('data', (bytes: Buffer) => this.#fromClient(bytes));
    server.on('data', (bytes: Buffer) => this.#down.pass(bytes));
    for (const end of [client, server]) {
      end.on('error', () => {});
      end.on('close', () => this.#closed());
    }
    if (mood.isStalled) this.stall(true);
  }

  break(how: Break): void {
    if (how === 'request' || how === 'reply') this.#trap = how;
    else this.#end(how === 'reset');
  }

  stall(isOn: boolean): void {
    for (const end of [this.#client, this.#server]) {
      if (isOn) end.pause();
      else end.resume();
    }
  }

  /** Bytes are missing in between: no protocol survives that. */
  breakIfHoled(): void {
    if (this.#up.isHoled || this.#down.isHoled) this.#end(true);
  }

  #fromClient(bytes: Buffer): void {
    const trap = this.#trap;
    this.#trap = undefined;
    if (trap === 'request') return this.#end(true);
    if (trap === 'reply') {
      this.#down.isDeaf = true;
      setTimeout(() => this.#end(true), REPLY_MS);
    }
    this.#up.pass(bytes);
  }

  #end(isReset: boolean): void {
    for (const end of [this.#client, this.#server]) {
      // A socket that is saying goodbye cannot be reset: it would stay open for good.
      const canReset = !end.connecting && !end.destroyed && !end.writableEnded;
      if (isReset && canReset) end.resetAndDestroy();
      else end.destroy();
    }
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.destroy();
    this.#server.destroy();
    this.onEnd();
  }
}
