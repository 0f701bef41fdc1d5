import type { Socket } from 'node:net';
import type { Mood } from './passage.ts';

/** One direction of a connection through a proxy: bytes in order, late if need be. */
export class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #mood: Mood;
  #queue: { bytes: Buffer; due: number }[] = [];
  /** Is what comes thrown away? */
  isDeaf = false;
  /** Has anything been thrown away? */
  isHoled = false;

  constructor(from: Socket, to: Socket, mood: Mood) {
    this.#from = from;
    this.#to = to;
    this.#mood = mood;
  }

  pass(bytes: Buffer): void {
    if (this.isDeaf || this.#mood.isBlack) {
      this.isHoled = true;
      return;
    }
    const { delayMs } = this.#mood;
    if (delayMs === 0 && this.#queue.length === 0) return this.#write(bytes);
    const due = Math.max(performance.now() + delayMs, this.#queue.at(-1)?.due ?? 0);
    this.#queue.push({ bytes, due });
    if (this.#queue.length === 1) this.#schedule(due);
  }

  #schedule(due: number): void {
    setTimeout(() => this.#flush(), Math.max(0, due - performance.now()));
  }

  /** One timer at a time: two of different lengths might fire in the wrong order. */
  #flush(): void {
    const now = performance.now();
    for (;;) {
      const next = this.#queue[0];
      if (!next) return;
      if (next.due > now) return this.#schedule(next.due);
      this.#queue.shift();
      this.#write(next.bytes);
    }
  }

  #write(bytes: Buffer): void {
    if (!this.#to.writable || this.#to.write(bytes)) return;
    // What one end cannot take, the other must not send: the proxy is no buffer.
    this.#from.pause();
    this.#to.once('drain', () => {
      if (!this.#mood.isStalled) this.#from.resume();
    });
  }
}
