import type { Clock } from '../clock.ts';
import { httpCall, type HttpCallOptions, type WireCall } from './http-calls.ts';
import { SILENCE_MS, watchSilence } from './silence.ts';

type Handler = (event: never) => void;

const OPEN = 1;
const CLOSED = 3;
const SILENT = 'nothing came for too long';
// What ends a WebSocket whose token is refused, and one whose token has expired.
const CLOSE_CODES: Readonly<Record<string, number>> = { TOKEN_REFUSED: 1008, TOKEN_EXPIRED: 4401 };

/** What an HTTP socket is made with. */
export interface HttpSocketOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** What of a WebSocket this client uses, over plain HTTP: each call is a request, each subscription an event
 *  stream. It opens when the server answers at all, and ends with the first of its requests that finds no server
 *  any more, or with a stream that is silent for too long: streams are resumed on the next, as on a WebSocket. */
export class HttpSocket {
  readonly #url: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;
  readonly #handlers = new Map<string, Handler[]>();
  readonly #stops = new Map<number, AbortController>();
  readonly #over = new AbortController();
  #params: { readonly token?: string; readonly sessionId?: string } = {};
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  readyState = 0;
  hasOpened = false;

  /** `url`: of the WebSocket. */
  constructor(url: string, { fetch, clock }: HttpSocketOptions) {
    this.#url = url.replace(/^ws/, 'http').replace(/\?.*$/, '');
    this.#fetch = fetch;
    this.#clock = clock;
    void this.#probe().then((isThere) => {
      if (this.readyState === CLOSED) return;
      if (!isThere) return this.#end(1006, 'the server cannot be reached');
      this.readyState = OPEN;
      this.hasOpened = true;
      this.#tell('open', {});
    });
  }

  addEventListener(type: string, handler: Handler): void {
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
  }

  send(text: string): void {
    if (text === 'PING') return void this.#answerPing();
    if (text === 'PONG' || this.readyState !== OPEN) return;
    const message: unknown = JSON.parse(text);
    for (const each of Array.isArray(message) ? message : [message]) this.#take(each as Message);
  }

  close(code = 1000): void {
    this.#end(code, '');
  }

  /** Ends the request of a call: browsers have few to one host. */
  giveUp(id: number): void {
    this.#stops.get(id)?.abort();
  }

  #take(message: Message): void {
    if (message.method === 'connectionParams') {
      this.#params = message.data;
      return;
    }
    const { id, method } = message;
    if (method === 'subscription.stop') {
      this.giveUp(id);
      this.#stops.delete(id);
      // As a WebSocket's server does.
      return this.#say({ id, result: { type: 'stopped' } });
    }
    void this.#call(message);
  }

  async #call(call: WireCall): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(call.id, stop);
    const broke = (why: string) => {
      if (!stop.signal.aborted) this.#end(1006, why);
    };
    // Each stream has a line of its own: that others are answered says nothing of this one. What is no stream may
    // take its time.
    const longestMs = call.method === 'subscription' ? SILENCE_MS : Number.POSITIVE_INFINITY;
    const silence = watchSilence(this.#clock, longestMs, () => broke(SILENT));
    const options: HttpCallOptions = {
      url: this.#url,
      token: this.#params.token,
      sessionId: this.#params.sessionId,
      fetch: this.#fetch,
      signal: AbortSignal.any([stop.signal, this.#over.signal]),
      silence,
      reply: (message) => this.#reply(message),
    };
    try {
      await httpCall(call, options);
    } catch (error) {
      broke(error instanceof Error ? error.message : '');
    } finally {
      silence.stop();
      this.#stops.delete(call.id);
    }
  }

  #reply(message: { readonly id: number } & Readonly<Record<string, unknown>>): void {
    if (this.readyState !== OPEN) return;
    const data = dataOf(message['error']);
    // Nobody is present by a request: there is nothing to wait for.
    if (data.reason === 'NOT_PRESENT') data.retryable = false;
    const code = CLOSE_CODES[data.reason ?? ''];
    if (code === undefined) return this.#say(message);
    this.#say({ id: null, error: message['error'] });
    this.#end(code, '');
  }

  async #answerPing(): Promise<void> {
    if (await this.#probe()) this.#tell('message', { data: 'PONG' });
  }

  /** Does the server answer, whatever it says? A proxy that finds none says 502 to 504. */
  async #probe(): Promise<boolean> {
    const silence = watchSilence(this.#clock, SILENCE_MS, () => this.#end(1006, SILENT));
    try {
      const { status } = await this.#fetch(new URL('/healthz', this.#url), {
        signal: this.#over.signal,
      });
      return status < 502 || status > 504;
    } catch {
      return false;
    } finally {
      silence.stop();
    }
  }

  #end(code: number, reason: string): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.#over.abort();
    this.#tell('close', { code, reason });
  }

  #say(message: object): void {
    this.#tell('message', { data: JSON.stringify(message) });
  }

  #tell(type: string, event: object): void {
    for (const handler of this.#handlers.get(type) ?? []) handler(event as never);
  }
}

type Message =
  | WireCall
  | {
      readonly method: 'connectionParams';
      readonly data: { readonly token?: string; readonly sessionId?: string };
    };

/** What an error of the server says of itself, still encoded. */
function dataOf(error: unknown): { readonly reason?: string; retryable?: boolean } {
  return (error as { json?: { data?: object } } | undefined)?.json?.data ?? {};
}
