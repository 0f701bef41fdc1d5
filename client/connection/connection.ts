import { isSessionId, RoomError, SESSION_ID_FORM } from '../../shared/index.ts';
import { reconnectDelayMs } from '../backoff.ts';
import { clockOf, type Clock, type ClockOptions } from '../clock.ts';
import { Calls } from '../link/calls.ts';
import { decodeError } from '../link/decode.ts';
import type { Encoder } from '../link/encoder.ts';
import { Socket, type Ending } from '../link/socket.ts';
import { webSocketOf, type WebSocketClass } from '../link/web-socket.ts';
import { Listeners, type Listener } from '../listeners.ts';
import { newKey } from '../new-key.ts';
import type { Connection, ConnectionState } from './connection-state.ts';
import { afterEnding, afterNoToken, NO_ATTEMPTS, type NextStep } from './reconnect.ts';
import { createTokenSource, type TokenOption, type TokenSource } from './token-source.ts';
import { pageWakes, sleepWakes, type WakeSource } from './wake.ts';

/** How a client connects. */
export interface ConnectionOptions extends ClockOptions {
  /** `ws://…/trpc` or `wss://…/trpc`. */
  readonly url: string;
  /** The token, or where to get one: asked before every connection, so a fresh one is used. One that
   *  throws is asked again after a while; a RoomError that is not `retryable` stops the client. */
  readonly token: TokenOption;
  /** Names this client to the server: a connection takes the seats of an earlier one that had the same name
   *  and user, so that a flap is silent. 1 to 128 printable ASCII characters, no other client's. Default: a
   *  new one for every client. */
  readonly sessionId?: string;
  /** Default: the runtime's own WebSocket. That of `ws` does, and `httpFallback()`. */
  readonly WebSocket?: WebSocketClass;
  /** How messages become what the wire carries; the server's counterpart. Default: JSON. */
  readonly encoder?: Encoder;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** What shortens a wait. Default: the page's events, where there is a page, and waking from sleep. */
  readonly wake?: WakeSource;
}

const CONNECTING: ConnectionState = { state: 'connecting' };
const OPEN: ConnectionState = { state: 'open' };

/** A connection with what the client's own parts need of it. */
export class LiveConnection implements Connection {
  readonly calls: Calls;
  /** Resolves with the first token to the user that it names, or ''; to '' when it stops before there is one. */
  readonly whenUser: Promise<string>;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #tokens: TokenSource;
  readonly #listeners = new Listeners<ConnectionState>();
  readonly #unwake: (() => void)[];
  readonly #sessionId: string;
  #current: ConnectionState = CONNECTING;
  #final: RoomError | undefined;
  #attempts = NO_ATTEMPTS;
  #tellUser: (user: string) => void = () => {};
  #active: Socket | undefined;
  #activeSince = 0;
  /** What becomes the active one: a token that is fetched, a socket that opens, or a time to wait. */
  #next: { readonly socket?: Socket; readonly wait?: Wait } | undefined;
  /** What the server said of this attempt before it closed it. */
  #refusal: RoomError | undefined;

  /** Begins to connect. @throws RoomError BAD_INPUT for options that no server takes */
  constructor(options: ConnectionOptions) {
    const wrong = whatIsWrong(options);
    if (wrong !== undefined) throw new RoomError('BAD_INPUT', wrong);
    this.#options = options;
    this.#clock = clockOf(options);
    this.#sessionId = options.sessionId ?? newKey();
    this.#tokens = createTokenSource(options.token, this.#clock);
    this.calls = new Calls(this.#clock);
    this.whenUser = new Promise((resolve) => (this.#tellUser = resolve));
    const sources = options.wake ? [options.wake] : [pageWakes, sleepWakes(this.#clock)];
    this.#unwake = sources.map((source) => source(() => this.#wake()));
    this.#connect();
  }

  get current(): ConnectionState {
    return this.#current;
  }

  getSnapshot(): ConnectionState {
    return this.#current;
  }

  /** Whose connection it is, as the last token says; '' where it does not say. */
  get user(): string | undefined {
    return this.#tokens.user;
  }

  /** What calls hear once it will not come back. */
  get final(): RoomError | undefined {
    return this.#final;
  }

  subscribe(listener: Listener<ConnectionState>): () => void {
    return this.#listeners.add(listener);
  }

  close(): void {
    // Whoever closes it needs no reason.
    const error = new RoomError('DISCONNECTED', 'this client was closed', { retryable: false });
    this.#stop(error, { state: 'stopped' });
  }

  #connect(): void {
    const next = {};
    this.#next = next;
    this.#update();
    this.#tokens.get().then(
      (token) => {
        this.#tellUser(this.user ?? '');
        if (this.#next === next) this.#open(token);
      },
      (error: unknown) => {
        if (this.#next === next) this.#take(afterNoToken(this.#attempts, error, this.#random()));
      },
    );
  }

  #open(token: string): void {
    this.#refusal = undefined;
    try {
      const socket: Socket = new Socket({
        url: this.#options.url,
        WebSocket: webSocketOf(this.#options.WebSocket),
        params: { token, sessionId: this.#sessionId },
        clock: this.#clock,
        encoder: this.#options.encoder,
        onOpen: () => this.#opened(socket),
        onReply: (reply) => {
          // Who is answered had his token taken.
          if (this.#attempts.hasExpired) this.#attempts = { ...this.#attempts, hasExpired: false };
          this.calls.receive(socket, reply);
        },
        onRefused: (error) => this.#refused(error),
        onReconnect: () => this.#replace(socket),
        onEnd: (ending) => this.#ended(socket, ending),
      });
      this.#next = { socket };
    } catch (cause) {
      if (cause instanceof RoomError) return this.#stop(cause);
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#stop(new RoomError('BAD_INPUT', `cannot connect to this URL: ${why}`, { cause }));
    }
  }

  #opened(socket: Socket): void {
    this.#next = undefined;
    this.#active = socket;
    this.#activeSince = this.#clock.now();
    this.calls.use(socket);
    this.#update();
  }

  #refused(error: unknown): void {
    const decoded = decodeError(error);
    this.#refusal =
      decoded instanceof RoomError ? decoded : new RoomError('DISCONNECTED', decoded.error.message);
  }

  /** Opens another socket while this one serves on. */
  #replace(socket: Socket): void {
    if (socket !== this.#active || this.#next) return;
    const ending = { code: 1012, reason: '', openMs: this.#openMs() };
    this.#take(afterEnding(this.#attempts, ending, this.#random()));
  }

  #ended(socket: Socket, ending: Ending): void {
    const isActive = socket === this.#active;
    const isNext = socket === this.#next?.socket;
    const openMs = isActive ? this.#openMs() : 0;
    if (isActive) this.#active = undefined;
    const step = afterEnding(this.#attempts, { ...ending, openMs }, this.#random());
    const error = step.step === 'wait' && this.#refusal ? this.#refusal : step.error;
    this.calls.lose(socket, lostBecause(error));
    // One that was replaced may go as it likes; so may the active one while the next is coming.
    if (isNext || (isActive && !this.#next)) this.#take({ ...step, error });
    else if (isActive && step.step === 'stop') this.#stop(error);
    else this.#update();
  }

  #openMs(): number {
    return Math.max(0, this.#clock.now() - this.#activeSince);
  }

  #take(step: NextStep): void {
    if (step.step === 'stop') return this.#stop(step.error);
    this.#attempts = step.attempts;
    this.#wait(step.ms, step.error);
  }

  #wait(ms: number, error: RoomError): void {
    const cancel = this.#clock.after(ms, () => this.#connect());
    const retryAt = this.#clock.now() + ms;
    const state = { state: 'waiting', retryAt, attempt: this.#attempts.count, error } as const;
    this.#next = { wait: { cancel, state } };
    this.#update();
  }

  /** The time to wait may have become pointless, and an open connection may be a dead one. */
  #wake(): void {
    this.#active?.check();
    const wait = this.#next?.wait;
    const ms = reconnectDelayMs(0, this.#random());
    if (!wait) return;
    const leftMs = wait.state.retryAt - this.#clock.now();
    // Nothing left: its timer may have stood still while the machine slept.
    if (leftMs > 0 && leftMs <= ms) return;
    wait.cancel();
    this.#wait(ms, wait.state.error);
  }

  #stop(error: RoomError, told: ConnectionState = { state: 'stopped', error }): void {
    if (this.#final) return;
    this.#final = error;
    for (const undo of this.#unwake) undo();
    this.#next?.wait?.cancel();
    this.#next?.socket?.close();
    this.calls.sayGoodbye();
    this.#active?.close();
    this.#next = undefined;
    this.#active = undefined;
    this.#change(told);
    // Who waits to know whose something is waits for nothing any more.
    this.#tellUser(this.user ?? '');
    this.calls.stop(error);
  }

  #update(): void {
    this.#change(this.#active ? OPEN : (this.#next?.wait?.state ?? CONNECTING));
  }

  #change(next: ConnectionState): void {
    if (this.#current.state === 'stopped' || this.#current === next) return;
    this.#current = next;
    this.#listeners.tell(next, () => this.#current === next);
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }
}

interface Wait {
  readonly cancel: () => void;
  readonly state: Extract<ConnectionState, { state: 'waiting' }>;
}

/** What a call hears that was under way: that its fate is unknown, and why. */
function lostBecause(error: RoomError): RoomError {
  return new RoomError('DISCONNECTED', undefined, { cause: error });
}

/** Opens a connection and keeps it open. */
export function createConnection(options: ConnectionOptions): LiveConnection {
  return new LiveConnection(options);
}

/** From code without types anything may come. */
function whatIsWrong({ url, token, sessionId }: ConnectionOptions): string | undefined {
  if (typeof url !== 'string' || url === '')
    return 'url must be a text: ws://…/trpc or wss://…/trpc';
  if (typeof token !== 'string' && typeof token !== 'function') {
    return 'token must be a text, or a function that gets one';
  }
  return sessionId === undefined || isSessionId(sessionId) ? undefined : SESSION_ID_FORM;
}
