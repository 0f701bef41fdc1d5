/** The id of a request, as its client gave it. */
export type RequestId = number | string | null;

/** To whom a reply goes. */
export interface Addressee {
  readonly id: RequestId;
  readonly jsonrpc: '2.0' | undefined;
}

/** Stands for whoever has not said, or not readably, which request it was. */
export const NOBODY: Addressee = { id: null, jsonrpc: undefined };

/** All subscribers who get the same bytes: those with the same request id, over all connections. */
export interface Subscriber extends Addressee {
  /** How a JSON reply to them begins. */
  readonly beginning: Buffer;
  /** How many bytes that is: asked for by each item, which would fetch the buffer for it. */
  readonly beginningBytes: number;
  /** How many there are. */
  count: number;
}
