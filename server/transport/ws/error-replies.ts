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

/** Whose call it was: what the app's `onError` and `errorFormatter` get to see. */
export interface Peer {
  readonly req: IncomingMessage;
  readonly ctx: unknown;
}

type OnError = (info: CallError & Peer) => unknown;

/** Reports errors to the app and shapes them for the client. An `onError` or `errorFormatter` that
 *  fails itself ends nothing: whoever asked still gets an answer. */
export class ErrorReplies {
  readonly #config: AnyTRPCRouter['_def']['_config'];
  readonly #onError: OnError | undefined;

  constructor(options: { router: AnyTRPCRouter; onError: OnError | undefined }) {
    this.#config = options.router._def._config;
    this.#onError = options.onError;
  }

  /** Tells the app. */
  report(peer: Peer, error: CallError): void {
    this.#tell(peer, error, () => {});
  }

  /** Tells the app of a fault in the handling of errors itself: on the console where it does not
   *  listen or fails, so that it is never silent. */
  reportFault(peer: Peer, cause: unknown, call: Omit<CallError, 'error'> = NO_CALL): void {
    const error = getTRPCErrorFromUnknown(cause);
    // oxlint-disable-next-line no-console -- the last place left to say it
    const say = () => console.error('[trpc-rooms/adapter]', error);
    if (this.#onError) this.#tell(peer, { ...call, error }, say);
    else say();
  }

  /** An error as the client gets it. */
  shape(peer: Peer, call: CallError): TRPCErrorShape {
    try {
      return getErrorShape({ config: this.#config, ctx: peer.ctx as object, ...call });
    } catch (cause) {
      this.reportFault(peer, cause, call);
      return fallbackError;
    }
  }

  #tell({ req, ctx }: Peer, call: CallError, onFailure: (cause: unknown) => void): void {
    try {
      const told: unknown = this.#onError?.({ ...call, ctx, req });
      if (isPromise(told)) told.catch(onFailure);
    } catch (cause) {
      onFailure(cause);
    }
  }
}

/** Also one of another library: some begin their work only when they are asked for its end. */
function isPromise(value: unknown): value is Pick<Promise<unknown>, 'catch'> {
  if (typeof value !== 'object' || value === null) return false;
  const { then, catch: onFailure } = value as Partial<Promise<unknown>>;
  return typeof then === 'function' && typeof onFailure === 'function';
}

/** Stands for errors outside of any call. */
export const NO_CALL = { type: 'unknown', path: undefined, input: undefined } as const;
