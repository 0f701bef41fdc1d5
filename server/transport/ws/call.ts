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
import { isPushSource, type PushItem } from '../../push.ts';
import { fallbackError, type Addressee, type Envelopes } from './envelope.ts';
import type { CallError, ErrorReplies } from './error-replies.ts';
import type { Outbound } from './outbound.ts';
import { pullStream } from './pull-stream.ts';
import { pushStream } from './push-stream.ts';

/** What a call needs of its connection. */
export interface CallHost {
  readonly router: AnyTRPCRouter;
  readonly envelopes: Envelopes;
  readonly errors: ErrorReplies;
  readonly outbound: Outbound;
  /** The connection's context. @throws what `createContext` threw */
  context(): Promise<unknown>;
  isOpen(): boolean;
  /** Holds a subscription's id until the returned release. */
  hold(id: number | string, abort: AbortController): () => void;
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
export class Call {
  readonly #host: CallHost;
  readonly #request: CallRequest;
  readonly #to: Addressee;
  readonly #abort = new AbortController();

  constructor(host: CallHost, request: CallRequest) {
    this.#host = host;
    this.#request = request;
    this.#to = { id: request.id, jsonrpc: request.jsonrpc };
  }

  /** Runs the call. Never rejects: what goes wrong is replied and reported. */
  async run(): Promise<void> {
    const isSubscription = this.#request.type === 'subscription';
    // Held before any await, so that a stop or a drop in between cancels it.
    const release = isSubscription ? this.#host.hold(this.#request.id, this.#abort) : undefined;
    let failure: TRPCError | undefined;
    try {
      await this.#execute();
    } catch (cause) {
      failure = getTRPCErrorFromUnknown(cause);
    }
    // The id is free right before the client is told that it may use it again.
    release?.();
    if (failure && !this.#isCancelled(failure)) this.#replyError(failure);
    else if (isSubscription) this.#reply({ type: 'stopped' });
  }

  /** Replies an error that came before the call could run. */
  refuse(error: TRPCError): void {
    this.#replyError(error);
  }

  async #execute(): Promise<void> {
    const { type, path, input, batchIndex } = this.#request;
    const { signal } = this.#abort;
    const isSubscription = type === 'subscription';
    const ctx = await this.#host.context();
    if (signal.aborted || (isSubscription && !this.#host.isOpen())) return;
    const { router } = this.#host;
    const getRawInput = async () => input;
    const call = { router, path, getRawInput, ctx, type, signal, batchIndex };
    const result: unknown = await callTRPCProcedure(call);
    if (isSubscription) return this.#stream(result);
    if (isAsyncIterable(result) || isObservable(result)) {
      throw new TRPCError({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: `Cannot return an async iterable or observable from a ${type} procedure with WebSockets`,
      });
    }
    this.#reply({ type: 'data', data: result });
  }

  #stream(result: unknown): Promise<void> {
    const { path } = this.#request;
    const { signal } = this.#abort;
    if (isObservable(result)) {
      this.#cancelIfClosed();
      // To subscribe only to unsubscribe would have effects that nobody wants.
      if (!this.#host.isOpen()) return Promise.resolve();
      return this.#pull(observableToAsyncIterable(result, signal));
    }
    if (isAsyncIterable(result)) {
      this.#cancelIfClosed();
      // One that is stopped already is only cleaned up.
      const isPushed = isPushSource(result) && !signal.aborted;
      return isPushed ? this.#takePushed(result) : this.#pull(result);
    }
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: `Subscription ${path} did not return an observable or a AsyncGenerator`,
    });
  }

  async #takePushed(source: Parameters<typeof pushStream>[0]): Promise<void> {
    const { envelopes, outbound } = this.#host;
    this.#reply({ type: 'started' });
    const to = envelopes.join(this.#to);
    const send = outbound.takesFrames
      ? (item: PushItem) => outbound.sendFrame(envelopes.itemFrame(item, to))
      : (item: PushItem) => outbound.send(envelopes.item(item, to));
    try {
      await pushStream(source, { outbound, send, signal: this.#abort.signal });
    } catch (cause) {
      this.#replyError(getTRPCErrorFromUnknown(cause));
    } finally {
      envelopes.leave(to);
    }
  }

  #pull(source: AsyncIterable<unknown>): Promise<void> {
    const { outbound, errors } = this.#host;
    return pullStream(source, {
      abort: this.#abort,
      outbound,
      onStart: () => this.#reply({ type: 'started' }),
      onValue: (value) => this.#replyValue(value),
      onError: (cause) => this.#replyError(getTRPCErrorFromUnknown(cause)),
      // The client has what it asked for; only the app is told.
      onLateError: (cause) => errors.report(this.#inCall(getTRPCErrorFromUnknown(cause))),
    });
  }

  #replyValue(value: unknown): void {
    if (!isTrackedEnvelope(value)) return this.#reply({ type: 'data', data: value });
    const [id, data] = value;
    this.#reply({ type: 'data', data: { id, data }, id });
  }

  #reply(result: TRPCResultMessage<unknown>['result']): void {
    const { outbound, envelopes } = this.#host;
    if (!this.#host.isOpen()) return;
    outbound.send(envelopes.reply({ ...this.#to, result }));
  }

  #replyError(error: TRPCError): void {
    const { outbound, envelopes, errors } = this.#host;
    const call = this.#inCall(error);
    errors.report(call);
    if (!this.#host.isOpen()) return;
    try {
      outbound.send(envelopes.reply({ ...this.#to, error: errors.shape(call) }));
    } catch (cause) {
      // The app's own transformer or encoder fails on the app's own error shape.
      errors.reportFault(cause, call);
      this.#replyFallback();
    }
  }

  #replyFallback(): void {
    const { outbound, envelopes, errors } = this.#host;
    try {
      outbound.send(envelopes.reply({ ...this.#to, error: fallbackError }));
    } catch (cause) {
      errors.reportFault(cause);
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
      this.#abort.signal.aborted &&
      error.code === 'INTERNAL_SERVER_ERROR' &&
      cause instanceof Error &&
      cause.name === 'AbortError'
    );
  }

  #cancelIfClosed(): void {
    if (!this.#host.isOpen() && !this.#abort.signal.aborted) this.#abort.abort();
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
