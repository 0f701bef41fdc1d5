import { createClient } from '@redis/client';

type Listener = (message: string) => void;

interface Subscription {
  readonly channel: string;
  readonly listener: Listener;
  isOn: boolean;
  isOver: boolean;
}

/** The connection that hears what is published. What is published while it is gone is lost on it, and says
 *  nothing of that: whoever listens must be able to read what it has missed. */
export class RedisPubSub {
  readonly #client: ReturnType<typeof listeningClient>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #onReturn = new Set<() => void>();
  #isClosed = false;

  constructor(options: { url: string; onTrouble: (reason: string | undefined) => void }) {
    this.#client = listeningClient(options.url);
    let isLost = false;
    this.#client.on('error', (error: unknown) => {
      if (isLost || this.#isClosed) return;
      isLost = true;
      options.onTrouble(error instanceof Error ? error.message || error.name : String(error));
    });
    this.#client.on('ready', () => {
      if (isLost) options.onTrouble(undefined);
      isLost = false;
      for (const one of this.#subscriptions) if (!one.isOn) void this.#turnOn(one);
      for (const run of this.#onReturn) run();
    });
  }

  /** Resolves when it is connected. It goes on trying by itself. */
  async open(): Promise<void> {
    await this.#client.connect();
  }

  /** Calls `run` whenever a connection is there again: what was said in between was not heard. */
  onReturn(run: () => void): void {
    this.#onReturn.add(run);
  }

  /** Calls `listener` with what is published there. `on` resolves once Redis has confirmed it, or when
   *  that has failed: it is tried again at the next connection. */
  subscribe(channel: string, listener: Listener): { on: Promise<void>; close: () => void } {
    const hear = (message: string) => {
      if (!one.isOver) listener(message);
    };
    const one: Subscription = { channel, listener: hear, isOn: false, isOver: false };
    this.#subscriptions.add(one);
    const close = () => {
      one.isOver = true;
      this.#subscriptions.delete(one);
      if (one.isOn) this.#turnOff(one);
    };
    return { on: this.#turnOn(one), close };
  }

  close(): void {
    this.#isClosed = true;
    if (this.#client.isOpen) this.#client.destroy();
  }

  async #turnOn(one: Subscription): Promise<void> {
    try {
      await this.#client.sSubscribe(one.channel, one.listener);
      one.isOn = true;
      if (one.isOver) this.#turnOff(one);
    } catch {
      // The connection is gone. The next one tries again.
    }
  }

  #turnOff({ channel, listener }: Subscription): void {
    if (this.#isClosed) return;
    this.#client.sUnsubscribe(channel, listener).catch(() => {});
  }
}

function listeningClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    disableOfflineQueue: true,
    commandOptions: { timeout: 0 },
    pingInterval: 1_500,
    socket: {
      connectTimeout: 3_000,
      socketTimeout: 4_500,
      reconnectStrategy: (tries) => Math.min(1_000, 50 * 2 ** Math.min(tries, 5)),
    },
  });
}
