import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  isTrackedEnvelope,
  TRPCError,
  type AnyTRPCRouter,
  type TRPCProcedureType,
} from '@trpc/server';
import { isObservable, observableToAsyncIterable } from '@trpc/server/observable';
import type { TRPCResultMessage } from '@trpc/server/rpc';
import { directOf } from '../../direct.ts';
import { isPushSource, type PushSource } from '../../push.ts';
import type { Addressee } from './addressee.ts';
import { fallbackError } from './envelope.ts';
import type { CallError, ErrorReplies, Peer } from './error-replies.ts';
import { pullStream } from './pull-stream.ts';
import { PushStream, type PushOwner, type PushTarget } from './push-stream.ts';
import type { UnderWay } from './under-way.ts';

/** What a call needs of its connection. */
export interface CallHost extends PushTarget, Peer {
  readonly router: AnyTRPCRouter;
  readonly errors: ErrorReplies;
  /** The connection's context. @throws what `createContext` threw */
  context(): Promise<unknown>;
  readonly underWay: UnderWay;
  isOpen(): boolean;
}

/** One request, as it came. */
export interface CallRequest extends Addressee {
  readonly id: number | string;
  readonly type: TRPCProcedureType;
  readonly path: string;
  readonly input: unknown;
  readonly batchIndex: number;
}

/** One call, from the request to the last reply. */
export class Call implements PushOwner {
  readonly #host: CallHost;
  readonly #request: CallRequest;
  #isAborted = false;
  /** Made for whoever asks for it: most calls end before anybody would. */
  #controller: AbortController | undefined;
  #pushed: PushStream | undefined;

  constructor(host: CallHost, request: CallRequest) {
    this.#host = host;
    this.#request = request;
  }

  /** Runs the call. Never rejects: what goes wrong is replied and reported. A stream that pushes goes
   *  on after it has resolved. */
  async run(): Promise<void> {
    // Before any await, so that a stop or a drop in between cancels it.
    this.#host.underWay.begin(this.#request, this);
    try {
      const ctx = await this.#host.context();
      const streaming = this.#isWanted() ? this.#take(await this.#result(ctx)) : undefined;
      if (streaming) await streaming;
    } catch (cause) {
      return this.#finish(getTRPCErrorFromUnknown(cause));
    }
    if (!this.#pushed) this.#finish();
  }

  /** Replies an error that came before the call could run. */
  refuse(error: TRPCError): void {
    this.#replyError(error);
  }

  /** Stops a subscription. Safe to call twice. */
  abort(): void {
    this.#cancel();
    this.#pushed?.stop();
  }

  onPushEnd(cause: unknown): void {
    if (cause !== undefined) this.#replyError(getTRPCErrorFromUnknown(cause));
    this.#finish();
  }

  #isWanted(): boolean {
    return !this.#isAborted && (!this.#isSubscription() || this.#host.isOpen());
  }

  /** Replies what the procedure has returned; that of a subscription as long as it goes on. */
  #take(result: unknown): void | Promise<void> {
    if (this.#isSubscription()) return this.#stream(result);
    const { type } = this.#request;
    if (isAsyncIterable(result) || isObservable(result)) {
      throw new TRPCError({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: `Cannot return an async iterable or observable from a ${type} procedure with WebSockets`,
      });
    }
    this.#reply({ type: 'data', data: result });
  }

  #result(ctx: unknown): Promise<unknown> {
    const { type, path, input } = this.#request;
    const direct = directOf(this.#host.router, path, type);
    return direct ? direct.call(ctx, input, this.#signal) : this.#throughChain(ctx);
  }

  #throughChain(ctx: unknown): Promise<unknown> {
    const { type, path, input, batchIndex } = this.#request;
    const { router } = this.#host;
    const getRawInput = async () => input;
    const signal = this.#signal();
    return callTRPCProcedure({ router, path, getRawInput, ctx, type, signal, batchIndex });
  }

  readonly #signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  };

  #finish(failure?: TRPCError): void {
    const isSubscription = this.#isSubscription();
    if (isSubscription) this.#cancelIfClosed();
    // Its id is free right before the client is told that it may use it again.
    this.#host.underWay.end(this.#request);
    if (failure && !this.#isCancelled(failure)) this.#replyError(failure);
    else if (isSubscription) this.#reply({ type: 'stopped' });
  }

  async #stream(result: unknown): Promise<void> {
    const { path } = this.#request;
    if (isObservable(result)) {
      this.#cancelIfClosed();
      // To subscribe only to unsubscribe would have effects that nobody wants.
      if (!this.#host.isOpen()) return;
      return this.#pull(observableToAsyncIterable(result, this.#signal()), { waits: false });
    }
    if (isAsyncIterable(result)) {
      this.#cancelIfClosed();
      // One that is stopped already is only cleaned up.
      if (isPushSource(result) && !this.#isAborted) return this.#takePushed(result);
      return this.#pull(result, { waits: true });
    }
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: `Subscription ${path} did not return an observable or a AsyncGenerator`,
    });
  }

  #takePushed(source: PushSource): void {
    this.#reply({ type: 'started' });
    this.#pushed = new PushStream(this.#host, this.#request, this);
    this.#pushed.open(source);
  }

  /** An observable cannot be held up, only buffered without bound: it is not made to wait, and meets the
   *  hard cap of the connection (TRN4). */
  #pull(source: AsyncIterable<unknown>, { waits }: { waits: boolean }): Promise<void> {
    const { outbound, errors } = this.#host;
    return pullStream(source, {
      signal: this.#signal(),
      abort: () => this.#cancel(),
      outbound,
      waits,
      onStart: () => this.#reply({ type: 'started' }),
      onValue: (value) => this.#replyValue(value),
      onError: (cause) => this.#replyError(getTRPCErrorFromUnknown(cause)),
      // The client has what it asked for; only the app is told.
      onLateError: (cause) =>
        errors.report(this.#host, this.#inCall(getTRPCErrorFromUnknown(cause))),
    });
  }

  #replyValue(value: unknown): void {
    this.#host.tally.deliveries += 1;
    if (!isTrackedEnvelope(value)) return this.#reply({ type: 'data', data: value });
    const [id, data] = value;
    this.#reply({ type: 'data', data: { id, data }, id });
  }

  #reply(result: TRPCResultMessage<unknown>['result']): void {
    const { outbound, envelopes } = this.#host;
    if (!this.#host.isOpen()) return;
    const { id, jsonrpc } = this.#request;
    outbound.send(envelopes.reply({ id, jsonrpc, result }));
  }

  #replyError(error: TRPCError): void {
    const { outbound, envelopes, errors } = this.#host;
    const call = this.#inCall(error);
    errors.report(this.#host, call);
    if (!this.#host.isOpen()) return;
    const { id, jsonrpc } = this.#request;
    try {
      outbound.send(envelopes.reply({ id, jsonrpc, error: errors.shape(this.#host, call) }));
    } catch (cause) {
      // The app's own transformer or encoder fails on the app's own error shape.
      errors.reportFault(this.#host, cause, call);
      this.#replyFallback();
    }
  }

  #replyFallback(): void {
    const { outbound, envelopes, errors } = this.#host;
    const { id, jsonrpc } = this.#request;
    try {
      outbound.send(envelopes.reply({ id, jsonrpc, error: fallbackError }));
    } catch (cause) {
      errors.reportFault(this.#host, cause);
    }
  }

  #inCall(error: TRPCError): CallError {
    const { type, path, input } = this.#request;
    return { error, type, path, input };
  }

  /** A procedure that gives up because its subscription was stopped has not failed. */
  #isCancelled(error: TRPCError): boolean {
    const { cause } = error;
    return (
      this.#isAborted &&
      error.code === 'INTERNAL_SERVER_ERROR' &&
      cause instanceof Error &&
      cause.name === 'AbortError'
    );
  }

  #isSubscription(): boolean {
    return this.#request.type === 'subscription';
  }

  #cancelIfClosed(): void {
    if (!this.#host.isOpen()) this.#cancel();
  }

  #cancel(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
