/** What is asked of the server. */
export interface CallRequest {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly path: string;
  /** As the transformer made it. */
  readonly input: unknown;
}

/** What came back of a call, decoded. */
export type CallResult =
  | { readonly type: 'started' }
  | { readonly type: 'stopped' }
  | { readonly type: 'data'; readonly data: unknown; readonly id?: string };

/** Who asks. Told of each answer; `error` and `complete` are said once, and last. */
export interface CallObserver {
  next(result: CallResult): void;
  error(error: unknown): void;
  complete(): void;
}

/** One call from the asking to the last answer, over as many sockets as that takes. */
export interface Call {
  readonly request: CallRequest;
  readonly observer: CallObserver;
  /** Where a subscription goes on when it is asked for again. */
  lastEventId: string | undefined;
}

/** The message that asks for a call, or asks for it again. */
export function callMessage(id: number, { request, lastEventId }: Call): string {
  const { type, path, input } = request;
  return JSON.stringify({ id, method: type, params: { input, path, lastEventId } });
}

/** The message that ends a subscription. */
export function stopMessage(id: number): string {
  return JSON.stringify({ id, method: 'subscription.stop' });
}
