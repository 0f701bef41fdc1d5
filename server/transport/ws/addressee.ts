/** The id of a request, as its client gave it. */
export type RequestId = number | string | null;

/** To whom a reply goes. */
export interface Addressee {
  readonly id: RequestId;
  readonly jsonrpc: '2.0' | undefined;
}

/** Stands for whoever has not said, or not readably, which request it was. */
export const NOBODY: Addressee = { id: null, jsonrpc: undefined };
