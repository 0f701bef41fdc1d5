import { ErrorReply } from '@redis/client';

/** What Redis has against writing, as far as its answers say. */
export class Refusals {
  readonly #onChange: (reason: string | undefined) => void;
  #reason: string | undefined;
  #isPingRefused = false;

  /** `onChange`: hears when writing is refused (with the reason) and when it is again permitted (undefined). */
  constructor(onChange: (reason: string | undefined) => void) {
    this.#onChange = onChange;
  }

  /** Undefined while nothing speaks against it. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** A command has failed. */
  failed(error: unknown): void {
    if (!isRefusal(error)) return;
    const isNews = this.#reason === undefined;
    this.#reason = `Redis refuses to write: ${error.message.slice(0, 200)}`;
    if (isNews) this.#onChange(this.#reason);
  }

  /** A script has been carried out. While PING is refused that says nothing: it may only have read. */
  scriptDone(): void {
    if (!this.#isPingRefused) this.#end();
  }

  pingFailed(error: unknown): void {
    this.#isPingRefused = isRefusal(error);
    this.failed(error);
  }

  pingDone(): void {
    if (!this.#isPingRefused) return;
    this.#isPingRefused = false;
    this.#end();
  }

  #end(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#onChange(undefined);
  }
}

/** Redis has answered the client's own PING with an error: the connection stays, and no other will follow it. */
export function isPingRefused(client: { readonly isReady: boolean }, error: unknown): boolean {
  return client.isReady && error instanceof ErrorReply;
}

function isRefusal(error: unknown): error is Error {
  const words = error instanceof Error ? error.message : '';
  return /^(OOM|MISCONF|READONLY|NOREPLICAS|NOPERM|NOAUTH|LOADING|BUSY)/.test(words);
}
