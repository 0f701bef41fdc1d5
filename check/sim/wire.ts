import type { Random } from '../random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a stretch of network does just now. */
export interface Weather {
  /** The longest way of a message, in milliseconds. */
  delayMs: number;
  /** The least time between two messages: above 0, whoever reads is slow. */
  spacingMs: number;
  /** Nothing arrives before, in elapsed milliseconds: what is sent meanwhile waits. */
  stalledUntil: number;
}

/** One direction of a connection: messages arrive late, in order, or not at all once it is cut. */
export class Wire<Message> {
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #weather: Weather;
  readonly #deliver: (message: Message) => void;
  #last = 0;
  #isCut = false;

  constructor(options: {
    time: VirtualTime;
    random: Random;
    weather: Weather;
    deliver: (message: Message) => void;
  }) {
    this.#time = options.time;
    this.#random = options.random;
    this.#weather = options.weather;
    this.#deliver = options.deliver;
  }

  send(message: Message): void {
    if (this.#isCut) return;
    const { delayMs, spacingMs, stalledUntil } = this.#weather;
    const now = this.#time.elapsed();
    const due = now + this.#random.between(0, delayMs);
    this.#last = Math.max(this.#last + spacingMs, due, stalledUntil);
    this.#time.after(this.#last - now, () => {
      if (!this.#isCut) this.#deliver(message);
    });
  }

  /** What is under way is lost. */
  cut(): void {
    this.#isCut = true;
  }
}
