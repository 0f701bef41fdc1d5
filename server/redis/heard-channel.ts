/** Hears what is published on a channel. */
export type Listener = (message: string) => void;

/** What is asked of Redis for channels. */
export interface Subscribing {
  readonly subscribe: (name: string, listener: Listener) => Promise<void>;
  readonly unsubscribe: (name: string, listener: Listener) => Promise<void>;
  /** Hears that what was asked for has failed: `settle` is to be called later. */
  readonly onFailed: () => void;
}

/** One channel, and all who listen to it. One thing at a time is asked for it: a channel that is given up while it is
 *  asked for would be given up for whoever has asked, too. */
export class HeardChannel {
  readonly name: string;
  readonly #subscribing: Subscribing;
  readonly #listeners = new Set<Listener>();
  readonly #hear: Listener = (message) => {
    for (const listener of this.#listeners) listener(message);
  };
  #isOn = false;
  #isAsking = false;
  #asking: Promise<void> = Promise.resolve();

  constructor(name: string, subscribing: Subscribing) {
    this.name = name;
    this.#subscribing = subscribing;
  }

  /** Does Redis have it as it is wanted? */
  get isSettled(): boolean {
    return this.#isOn === this.#listeners.size > 0;
  }

  /** Is it subscribed to, as far as Redis has said? It stays so over a reconnect. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Adds a listener. Returns the undo. */
  add(listener: Listener): () => void {
    // One undo for each time, even if it is the same function.
    const own: Listener = (message) => listener(message);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Asks for what is wanted, until that is so or something has failed. Never rejects. */
  settle(): Promise<void> {
    if (!this.#isAsking) this.#asking = this.#ask();
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const { subscribe, unsubscribe, onFailed } = this.#subscribing;
    this.#isAsking = true;
    try {
      while (!this.isSettled) {
        await (this.#isOn ? unsubscribe : subscribe)(this.name, this.#hear);
        this.#isOn = !this.#isOn;
      }
    } catch {
      onFailed();
    } finally {
      this.#isAsking = false;
    }
  }
}
