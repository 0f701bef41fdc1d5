import { createClient } from '@redis/client';
import type { Clock } from '../clock.ts';
import { connectAnew, isGarbled } from './garbled.ts';
import { HeardChannel, type Listener, type Subscribing } from './heard-channel.ts';
import { isPingRefused } from './refusals.ts';

/** What the connection that listens is made from. */
export interface RedisPubSubOptions {
  readonly url: string;
  /** Hears when there is no connection (with the reason) and when there is one again (undefined). */
  readonly onTrouble: (reason: string | undefined) => void;
  readonly clock: Clock;
}

const RETRY_MS = 1_000;

/** The connection that hears what is published. What is published while it is gone is lost on it, and says
 *  nothing of that: whoever listens must be able to read what it has missed. */
export class RedisPubSub {
  readonly #client: ReturnType<typeof listeningClient>;
  readonly #channels = new Map<string, HeardChannel>();
  readonly #subscribing: Subscribing = {
    subscribe: (name, listener) => this.#client.sSubscribe(name, listener),
    unsubscribe: (name, listener) => this.#client.sUnsubscribe(name, listener),
    onFailed: () => this.#retryLater(),
  };
  readonly #onReturn = new Set<() => void>();
  readonly #clock: Clock;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(options: RedisPubSubOptions) {
    this.#clock = options.clock;
    this.#client = listeningClient(options.url);
    let isLost = false;
    this.#client.on('error', (error: unknown) => {
      // It goes on sending what is published.
      if (isPingRefused(this.#client, error)) return;
      if (isGarbled(this.#client, error) && !this.#isClosed) {
        const { clock } = options;
        connectAnew(this.#client, { clock, isWanted: () => !this.#isClosed });
      }
      if (isLost || this.#isClosed) return;
      isLost = true;
      options.onTrouble(error instanceof Error ? error.message || error.name : String(error));
    });
    this.#client.on('ready', () => {
      if (isLost) options.onTrouble(undefined);
      isLost = false;
      void this.#settleAll().then(() => this.#returned());
    });
  }

  /** Resolves when it is connected. It goes on trying by itself. */
  async open(): Promise<void> {
    await this.#client.connect();
  }

  /** Calls `run` whenever a connection is there again, and all that it could subscribe to with it, or more than before:
   *  what was said until then was not heard. */
  onReturn(run: () => void): void {
    this.#onReturn.add(run);
  }

  /** Calls `listener` with what is published there. `on` resolves once Redis has confirmed it, or when
   *  that has failed: it is tried again a little later, or at the next connection. */
  subscribe(name: string, listener: Listener): { on: Promise<void>; close: () => void } {
    const channel = this.#channels.get(name) ?? new HeardChannel(name, this.#subscribing);
    this.#channels.set(name, channel);
    const forget = channel.add(listener);
    const close = () => {
      forget();
      if (!this.#isClosed) void this.#settle(channel);
    };
    return { on: this.#settle(channel), close };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    if (this.#client.isOpen) this.#client.destroy();
  }

  async #settle(channel: HeardChannel): Promise<void> {
    await channel.settle();
    const isOver = channel.isSettled && !channel.isOn;
    if (isOver && this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
  }

  /** Resolves when Redis has answered for all that are not as they should be: is one of them heard now? */
  async #settleAll(): Promise<boolean> {
    const open = [...this.#channels.values()].filter(({ isSettled }) => !isSettled);
    await Promise.all(open.map((channel) => this.#settle(channel)));
    return open.some(({ isSettled, isOn }) => isSettled && isOn);
  }

  #returned(): void {
    if (!this.#isClosed) for (const run of this.#onReturn) run();
  }

  /** Redis may have refused it on a connection that stays. Where that is gone, the next one tries again. */
  #retryLater(): void {
    if (this.#isClosed) return;
    this.#cancelRetry ??= this.#clock.after(RETRY_MS, () => {
      this.#cancelRetry = undefined;
      if (this.#client.isReady) void this.#retry();
    });
  }

  async #retry(): Promise<void> {
    if (await this.#settleAll()) this.#returned();
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
