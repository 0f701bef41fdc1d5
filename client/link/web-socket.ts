import { RoomError } from '../../shared/index.ts';

/** What a client uses of a WebSocket. Browsers' has it, and so has that of `ws`. */
export interface WebSocketLike {
  /** Is set to `arraybuffer`. */
  binaryType: string;
  /** 1: open. */
  readonly readyState: number;
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  /** Nobody waits for the answer of a call any more. A WebSocket has no word for that; what stands in its place may
   *  hold a request for each. */
  giveUp?(id: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  /** `data`: a text or an ArrayBuffer. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

/** Opens a WebSocket. @throws whatever, for a URL that is none */
export type WebSocketClass = new (url: string) => WebSocketLike;

/** The one that was given, or the runtime's own. @throws RoomError BAD_INPUT where there is none */
export function webSocketOf(given: WebSocketClass | undefined): WebSocketClass {
  const found = given ?? (globalThis as Partial<typeof globalThis>).WebSocket;
  if (found) return found;
  throw new RoomError('BAD_INPUT', 'there is no WebSocket here: pass that of ws as WebSocket');
}
