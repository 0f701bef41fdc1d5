import {
  getTRPCErrorFromUnknown,
  TRPCError,
  type AnyTRPCRouter,
  type inferRouterContext,
} from '@trpc/server';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { errors as table } from '../../../shared/index.ts';
import type { Tally } from '../../tally.ts';
import { NOBODY, type Addressee } from './addressee.ts';
import { Call, type CallHost, type CallRequest } from './call.ts';
import { expectsParams, infoOf, readParams, type Params } from './connection-params.ts';
import type { Encoder } from './encoder.ts';
import { fallbackError, type Envelopes } from './envelope.ts';
import { NO_CALL, type ErrorReplies } from './error-replies.ts';
import { Intake, type IntakeHost } from './intake.ts';
import type { KeepAlives, Pinged } from './keep-alive.ts';
import { isOpen } from './ready-state.ts';
import type { SocketLimits, WSSHandlerOptions } from './options.ts';
import type { Outbound } from './outbound.ts';
import type { Pace } from './pace.ts';
import { UnderWay } from './under-way.ts';
import { createBucket, type Bucket } from '../../rate.ts';

/** How a connection is closed. */
export interface Close {
  readonly code: number;
  /** At most 123 bytes. */
  readonly reason: string;
}

/** What all connections of a handler share. */
export interface Service<R extends AnyTRPCRouter> {
  readonly options: WSSHandlerOptions<R>;
  readonly encoder: Encoder;
  readonly limits: SocketLimits;
  readonly envelopes: Envelopes;
  readonly errors: ErrorReplies;
  readonly tally: Tally;
  readonly pace: Pace;
  /** What stands for a request once its context is made. Unset: the request itself. */
  readonly laterRequest: IncomingMessage | undefined;
  /** How a connection without a context is closed. Unset: without a code. */
  readonly closeOf: ((error: TRPCError) => Close | undefined) | undefined;
  /** Hears of refusals that `onError` does not hear of. */
  readonly onRefused: ((error: TRPCError) => void) | undefined;
  /** Unset: nobody is pinged. */
  readonly keepAlives: KeepAlives | undefined;
}

/** One WebSocket that speaks tRPC: its context, its calls, its subscriptions. */
export class Connection<R extends AnyTRPCRouter> implements CallHost, IntakeHost, Pinged {
  readonly outbound: Outbound;
  readonly underWay = new UnderWay();
  readonly #intake: Intake;
  readonly #ws: WebSocket;
  readonly #service: Service<R>;
  #req: IncomingMessage;
  #pings: Pick<Bucket, 'take'> | undefined;
  #abort: AbortController | undefined;
  #ctx: inferRouterContext<R> | undefined;
  /** Undefined until it is known what to make the context from. */
  #context: Promise<unknown> | undefined;
  #hasContext = false;
  #isOver = false;
  /** What has come meanwhile. */
  #earlyBytes = 0;

  constructor(ws: WebSocket, req: IncomingMessage, outbound: Outbound, service: Service<R>) {
    this.#ws = ws;
    this.#req = req;
    this.outbound = outbound;
    this.#service = service;
    this.#intake = new Intake(this, service.pace);
  }

  /** Begins to serve. */
  open(): void {
    // First, as tRPC's own: what it listens to hears of an end before calls are stopped.
    if (!expectsParams(this.#req)) this.#createContext(() => null);
    this.#ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#ws.on('error', (cause) => {
      this.errors.report(this, { ...NO_CALL, error: getTRPCErrorFromUnknown(cause) });
    });
    this.#ws.on('close', () => this.#close());
    this.#service.keepAlives?.heard(this);
  }

  get req(): IncomingMessage {
    return this.#req;
  }

  get ctx(): unknown {
    return this.#ctx;
  }

  get router(): R {
    return this.#service.options.router;
  }

  get encoder(): Encoder {
    return this.#service.encoder;
  }

  get limits(): SocketLimits {
    return this.#service.limits;
  }

  get maxBatchSize(): number | undefined {
    return this.#service.options.maxBatchSize;
  }

  get envelopes(): Envelopes {
    return this.#service.envelopes;
  }

  get errors(): ErrorReplies {
    return this.#service.errors;
  }

  get tally(): Tally {
    return this.#service.tally;
  }

  isOpen(): boolean {
    return isOpen(this.#ws);
  }

  context(): Promise<unknown> {
    if (!this.#context) throw new Error('connection: asked for a context before it could be made');
    return this.#context;
  }

  ping(): void {
    this.outbound.send('PING');
    // The time for the answer runs already.
    this.outbound.flush();
  }

  cut(): void {
    this.#ws.terminate();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  start(request: CallRequest): Promise<void> {
    const call = new Call(this, request);
    const refusal = this.underWay.refusalOf(request, this.limits);
    if (refusal) return Promise.resolve(call.refuse(refusal));
    return call.run().catch((cause: unknown) => this.errors.reportFault(this, cause));
  }

  stop(id: number | string): void {
    this.underWay.stop(id);
  }

  refuse(to: readonly Addressee[], error: TRPCError, isReported = false): void {
    if (isReported) this.errors.report(this, { ...NO_CALL, error });
    else for (const _ of to) this.#service.onRefused?.(error);
    for (const addressee of to) this.#sendError(addressee, error);
  }

  #close(): void {
    this.#isOver = true;
    this.#service.keepAlives?.forget(this);
    this.outbound.close();
    this.#intake.forget();
    this.underWay.stopAll();
    this.#abort?.abort();
  }

  #receive(data: unknown, isBinary: boolean): void {
    // Whoever was closed is heard no more, whether he answers that or not.
    if (!this.isOpen()) return;
    this.#service.keepAlives?.heard(this);
    if (!Buffer.isBuffer(data)) {
      const message = 'Unexpected WebSocket message format';
      return this.refuse([NOBODY], new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message }), true);
    }
    const message = isBinary ? data : data.toString('utf8');
    if (message === 'PONG') return;
    if (message === 'PING') return this.#pong();
    if (!this.#context) this.#createContext(() => readParams(this.encoder, message));
    else if (this.#hasContext || this.#takesEarly(data.length)) {
      this.#intake.take(message, data.length);
    }
  }

  /** May so many bytes more wait for the context? Otherwise it is closed: nothing is answered before that is there. */
  #takesEarly(bytes: number): boolean {
    this.#earlyBytes += bytes;
    if (this.#earlyBytes <= this.limits.earlyBytes) return true;
    this.#ws.close(table.TOO_MANY.close, 'too much before it is known who sends it');
    return false;
  }

  #pong(): void {
    this.#pings ??= pingBucket(this.limits.pingsPerSecond);
    if (!this.#pings.take()) this.#ws.close(table.TOO_MANY.close, 'too many pings');
    else if (!this.#service.options.dangerouslyDisablePong) this.outbound.send('PONG');
  }

  #createContext(params: () => Params): void {
    this.#context = this.#makeContext(params);
    // Whoever calls is told; a connection on which nobody calls has nobody to tell.
    this.#context.catch(() => {});
  }

  async #makeContext(params: () => Params): Promise<unknown> {
    const { createContext } = this.#service.options;
    // Where nobody makes a context of them, nobody reads the parameters either.
    if (!createContext) {
      this.#hasContext = true;
      return undefined;
    }
    try {
      const info = infoOf(params(), () => this.#signal());
      this.#ctx = await createContext({ req: this.#req, res: this.#ws, info });
      this.#req = this.#service.laterRequest ?? this.#req;
      this.#hasContext = true;
      return this.#ctx;
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      this.refuse([NOBODY], error, true);
      const close = this.#service.closeOf?.(error);
      // At once, so that no call fails which the client makes again with a better token.
      if (close) this.#ws.close(close.code, close.reason);
      else setImmediate(() => this.#ws.close());
      throw error;
    }
  }

  #signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isOver) this.#abort.abort();
    return this.#abort.signal;
  }

  #sendError({ id, jsonrpc }: Addressee, error: TRPCError): void {
    if (!this.isOpen()) return;
    const shape = this.errors.shape(this, { ...NO_CALL, error });
    try {
      this.outbound.send(this.envelopes.reply({ id, jsonrpc, error: shape }));
    } catch (cause) {
      this.errors.reportFault(this, cause);
      this.#sendFallback({ id, jsonrpc });
    }
  }

  #sendFallback({ id, jsonrpc }: Addressee): void {
    try {
      this.outbound.send(this.envelopes.reply({ id, jsonrpc, error: fallbackError }));
    } catch {
      // The same failure, which the app has heard of: it must not end the process, nor keep a connection open.
    }
  }
}

function pingBucket(perSecond: number): Pick<Bucket, 'take'> {
  if (perSecond === Number.POSITIVE_INFINITY) return { take: () => true };
  if (!(perSecond > 0)) return { take: () => false };
  const now = () => performance.now();
  return createBucket({ capacity: 2 * perSecond, refillPerSecond: perSecond, now });
}
