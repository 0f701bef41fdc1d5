import {
  getTRPCErrorFromUnknown,
  TRPCError,
  type AnyTRPCRouter,
  type inferRouterContext,
} from '@trpc/server';
import { parseConnectionParamsFromUnknown, type TRPCRequestInfo } from '@trpc/server/http';
import { parseTRPCMessage, type TRPCClientOutgoingMessage } from '@trpc/server/rpc';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { errors } from '../../../shared/index.ts';
import { Call, type CallHost } from './call.ts';
import type { Encoder } from './encoder.ts';
import { fallbackError, type Envelopes, type RequestId } from './envelope.ts';
import { ErrorReplies, NO_CALL } from './error-replies.ts';
import type { SocketLimits, WSSHandlerOptions } from './options.ts';
import type { Outbound } from './outbound.ts';
import { createBucket, type Bucket } from './rate.ts';

type Params = TRPCRequestInfo['connectionParams'];

/** One WebSocket that speaks tRPC: its context, its calls, its subscriptions. */
export class Connection<R extends AnyTRPCRouter> implements CallHost {
  readonly router: R;
  readonly envelopes: Envelopes;
  readonly errors: ErrorReplies;
  readonly outbound: Outbound;
  readonly #ws: WebSocket;
  readonly #req: IncomingMessage;
  readonly #options: WSSHandlerOptions<R>;
  readonly #encoder: Encoder;
  readonly #limits: SocketLimits;
  readonly #pings: Pick<Bucket, 'take'>;
  readonly #abort = new AbortController();
  readonly #subscriptions = new Map<number | string, AbortController>();
  #ctx: inferRouterContext<R> | undefined;
  /** Undefined until it is known what to make the context from. */
  #context: Promise<unknown> | undefined;

  constructor(options: {
    ws: WebSocket;
    req: IncomingMessage;
    outbound: Outbound;
    envelopes: Envelopes;
    encoder: Encoder;
    limits: SocketLimits;
    options: WSSHandlerOptions<R>;
  }) {
    this.#ws = options.ws;
    this.#req = options.req;
    this.#options = options.options;
    this.#encoder = options.encoder;
    this.#limits = options.limits;
    this.#pings = pingBucket(options.limits.pingsPerSecond);
    this.router = options.options.router;
    this.envelopes = options.envelopes;
    this.outbound = options.outbound;
    const { onError } = this.#options;
    this.errors = new ErrorReplies({
      router: this.router,
      onError,
      req: this.#req,
      context: () => this.#ctx,
    });
  }

  /** Begins to serve. */
  open(): void {
    this.#ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    this.#ws.on('error', (cause) => {
      this.errors.report({ ...NO_CALL, error: getTRPCErrorFromUnknown(cause) });
    });
    this.#ws.once('close', () => this.#close());
    if (!expectsParams(this.#req)) this.#createContext(() => null);
  }

  isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  context(): Promise<unknown> {
    if (!this.#context) throw new Error('connection: asked for a context before it could be made');
    return this.#context;
  }

  hold(id: number | string, abort: AbortController): () => void {
    this.#subscriptions.set(id, abort);
    return () => {
      if (!this.isOpen() && !abort.signal.aborted) abort.abort();
      this.#subscriptions.delete(id);
    };
  }

  #close(): void {
    for (const abort of this.#subscriptions.values()) abort.abort();
    this.#subscriptions.clear();
    this.#abort.abort();
  }

  #receive(data: unknown, isBinary: boolean): void {
    if (!Buffer.isBuffer(data)) {
      const message = 'Unexpected WebSocket message format';
      return this.#replyError(null, new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message }));
    }
    const message = isBinary ? data : data.toString('utf8');
    if (message === 'PONG') return;
    if (message === 'PING') {
      return this.#pong();
    }
    if (!this.#context) return this.#createContext(() => this.#readParams(message));
    this.#receiveCalls(message);
  }

  #pong(): void {
    if (!this.#pings.take()) this.#ws.close(errors.TOO_MANY.close, 'too many pings');
    else if (!this.#options.dangerouslyDisablePong) this.outbound.send('PONG');
  }

  #readParams(message: string | Buffer): Params {
    let data: unknown;
    try {
      const decoded = this.#encoder.decode(message);
      if (typeof decoded !== 'object' || decoded === null)
        throw new Error('Message was not an object');
      data = (decoded as { data?: unknown }).data;
    } catch (cause) {
      const what = 'Malformed TRPCConnectionParamsMessage';
      throw new TRPCError({ code: 'PARSE_ERROR', message: what, cause });
    }
    return parseConnectionParamsFromUnknown(data);
  }

  #createContext(readParams: () => Params): void {
    this.#context = this.#makeContext(readParams);
    // Whoever calls is told; a connection on which nobody calls has nobody to tell.
    this.#context.catch(() => {});
  }

  async #makeContext(readParams: () => Params): Promise<unknown> {
    const { createContext } = this.#options;
    // Where nobody makes a context of them, nobody reads the parameters either.
    if (!createContext) return undefined;
    try {
      const info: TRPCRequestInfo = {
        connectionParams: readParams(),
        calls: [],
        isBatchCall: false,
        accept: null,
        type: 'unknown',
        signal: this.#abort.signal,
        url: null,
      };
      this.#ctx = await createContext({ req: this.#req, res: this.#ws, info });
      return this.#ctx;
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      this.errors.report({ ...NO_CALL, error });
      this.#sendError(null, error);
      setImmediate(() => {
        this.outbound.flush();
        this.#ws.close();
      });
      throw error;
    }
  }

  #receiveCalls(message: string | Buffer): void {
    let decoded: unknown;
    try {
      decoded = this.#encoder.decode(message);
    } catch (cause) {
      return this.#sendError(null, new TRPCError({ code: 'PARSE_ERROR', cause }));
    }
    const messages: unknown[] = Array.isArray(decoded) ? decoded : [decoded];
    const { maxBatchSize } = this.#options;
    if (Array.isArray(decoded) && maxBatchSize !== undefined && messages.length > maxBatchSize) {
      return this.#refuseBatch(messages);
    }
    const isLarge = message.length > this.#limits.messageBytes;
    for (const [index, raw] of messages.entries()) {
      // Only then is it worth knowing which of them it is.
      if (index >= this.#limits.callsPerFrame) this.#sendError(idOf(raw), tooMany('calls'));
      else if (isLarge && this.#isTooLarge(raw)) this.#sendError(idOf(raw), tooLarge());
      else this.#receiveCall(raw, index);
    }
  }

  #isTooLarge(raw: unknown): boolean {
    return Buffer.byteLength(JSON.stringify(raw) ?? '') > this.#limits.messageBytes;
  }

  /** Each message of a batch by itself: a bad one fails alone, with its id (TRN6). */
  #receiveCall(raw: unknown, batchIndex: number): void {
    let message: TRPCClientOutgoingMessage;
    try {
      message = parseTRPCMessage(raw, this.router._def._config.transformer);
    } catch (cause) {
      // A transformer that guards itself says what is wrong.
      const error =
        cause instanceof TRPCError ? cause : new TRPCError({ code: 'PARSE_ERROR', cause });
      return this.#sendError(idOf(raw), error);
    }
    const { id, jsonrpc } = message;
    if (id === null) {
      const missing = new TRPCError({ code: 'PARSE_ERROR', message: '`id` is required' });
      return this.#replyError(null, missing);
    }
    if (message.method === 'subscription.stop') return this.#subscriptions.get(id)?.abort();
    const { path, input, lastEventId } = message.params;
    const call = new Call(this, {
      id,
      jsonrpc,
      type: message.method,
      path,
      input: lastEventId === undefined ? input : withLastEventId(input, lastEventId),
      batchIndex,
    });
    if (message.method === 'subscription' && this.#subscriptions.has(id)) {
      return call.refuse(new TRPCError({ code: 'BAD_REQUEST', message: `Duplicate id ${id}` }));
    }
    const isFull = this.#subscriptions.size >= this.#limits.subscriptions;
    if (message.method === 'subscription' && isFull) return call.refuse(tooMany('subscriptions'));
    call.run().catch((cause: unknown) => this.errors.reportFault(cause));
  }

  #refuseBatch(messages: readonly unknown[]): void {
    const message = 'Batch call exceeds maximum size';
    const error = new TRPCError({ code: 'BAD_REQUEST', message });
    this.errors.report({ ...NO_CALL, error });
    const ids = messages.filter(wantsReply).map(idOf);
    for (const id of ids.length > 0 ? ids : [null]) this.#sendError(id, error);
  }

  #replyError(id: RequestId, error: TRPCError): void {
    this.errors.report({ ...NO_CALL, error });
    this.#sendError(id, error);
  }

  #sendError(id: RequestId, error: TRPCError): void {
    if (!this.isOpen()) return;
    const shape = this.errors.shape({ ...NO_CALL, error });
    try {
      this.outbound.send(this.envelopes.reply({ id, error: shape }));
    } catch (cause) {
      this.errors.reportFault(cause);
      this.outbound.send(JSON.stringify({ id, error: fallbackError }));
    }
  }
}

function pingBucket(perSecond: number): Pick<Bucket, 'take'> {
  if (!Number.isFinite(perSecond)) return { take: () => true };
  const now = () => performance.now();
  return createBucket({ capacity: 2 * perSecond, refillPerSecond: perSecond, now });
}

function expectsParams(req: IncomingMessage): boolean {
  // Only the query matters, and any base will do: a Host that makes no URL ends nothing here.
  const query = /\?([^#]*)/.exec(req.url ?? '')?.[1] ?? '';
  return new URLSearchParams(query).get('connectionParams') === '1';
}

function withLastEventId(input: unknown, lastEventId: string): unknown {
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
    return { ...input, lastEventId };
  }
  return input ?? { lastEventId };
}

function tooMany(what: string): TRPCError {
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message: `too many ${what} at once` });
}

function tooLarge(): TRPCError {
  return new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: 'this message is too large' });
}

function idOf(raw: unknown): RequestId {
  const id = typeof raw === 'object' && raw !== null ? (raw as { id?: unknown }).id : null;
  return typeof id === 'string' || (typeof id === 'number' && !Number.isNaN(id)) ? id : null;
}

function wantsReply(raw: unknown): boolean {
  return idOf(raw) !== null && (raw as { method?: unknown }).method !== 'subscription.stop';
}
