import {
  getErrorShape,
  getTRPCErrorFromUnknown,
  type AnyTRPCRouter,
  type TRPCError,
  type TRPCProcedureType,
} from '@trpc/server';
import type { TRPCErrorShape } from '@trpc/server/rpc';
import type { IncomingMessage } from 'node:http';
import { fallbackError } from './envelope.ts';

/** What went wrong, and in which call. */
export interface CallError {
  readonly error: TRPCError;
  readonly type: TRPCProcedureType | 'unknown';
  readonly path: string | undefined;
  readonly input: unknown;
}

type OnError = (info: CallError & { ctx: unknown; req: IncomingMessage }) => unknown;

/** Reports errors to the app and shapes them for the client. An `onError` or `errorFormatter` that
 *  fails itself ends nothing: whoever asked still gets an answer. */
export class ErrorReplies {
  readonly #config: AnyTRPCRouter['_def']['_config'];
  readonly #onError: OnError | undefined;
  readonly #req: IncomingMessage;
  readonly #context: () => unknown;

  constructor(options: {
    router: AnyTRPCRouter;
    onError: OnError | undefined;
    req: IncomingMessage;
    context: () => unknown;
  }) {
    this.#config = options.router._def._config;
    this.#onError = options.onError;
    this.#req = options.req;
    this.#context = options.context;
  }

  /** Tells the app. */
  report(error: CallError): void {
    this.#tell(error, () => {});
  }

  /** Tells the app of a fault in the handling of errors itself: on the console where it does not
   *  listen or fails, so that it is never silent. */
  reportFault(cause: unknown, call: Omit<CallError, 'error'> = NO_CALL): void {
    const error = getTRPCErrorFromUnknown(cause);
    // oxlint-disable-next-line no-console -- the last place left to say it
    const say = () => console.error('[trpc-rooms/adapter]', error);
    if (this.#onError) this.#tell({ ...call, error }, say);
    else say();
  }

  /** An error as the client gets it. */
  shape(call: CallError): TRPCErrorShape {
    try {
      return getErrorShape({ config: this.#config, ctx: this.#context() as object, ...call });
    } catch (cause) {
      this.reportFault(cause, call);
      return fallbackError;
    }
  }

  #tell(call: CallError, onFailure: (cause: unknown) => void): void {
    try {
      const told = this.#onError?.({ ...call, ctx: this.#context(), req: this.#req });
      if (told instanceof Promise) told.catch(onFailure);
    } catch (cause) {
      onFailure(cause);
    }
  }
}

/** Stands for errors outside of any call. */
export const NO_CALL = { type: 'unknown', path: undefined, input: undefined } as const;
