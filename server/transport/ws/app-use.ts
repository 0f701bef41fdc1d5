import type { WebSocket } from 'ws';

/** What is done when an app uses a connection's `ws` past us. */
export interface AppUse {
  /** It sends: what was gathered goes first, and what comes next goes behind. */
  onSend(): void;
  /** It is about to close or cut the connection: what was gathered goes first. */
  onClose(): void;
  /** It has done that: nothing comes next. */
  onEnd(): void;
}

/** Hears of what an app sends, closes or cuts before that is done. */
export function hearOfApp(ws: WebSocket, { onSend, onClose, onEnd }: AppUse): void {
  const { send, close, terminate } = ws;
  ws.send = (...args: unknown[]) => {
    onSend();
    return Reflect.apply(send, ws, args);
  };
  ws.close = (...args: unknown[]) => {
    onClose();
    // Of a code or a reason that is none it throws, and the connection stays as it is.
    const result: unknown = Reflect.apply(close, ws, args);
    onEnd();
    return result;
  };
  ws.terminate = () => {
    // What the kernel has arrives all the same.
    onClose();
    onEnd();
    terminate.call(ws);
  };
}

/** Tells an app by `bufferedAmount` how much waits: `ws` knows what waits in the stream alone, and apps cut readers by it
 *  (TRN1). Cheap to call again. */
export function tellApp(ws: WebSocket, waitingBytes: () => number): void {
  if (Object.hasOwn(ws, 'bufferedAmount')) return;
  Object.defineProperty(ws, 'bufferedAmount', { get: waitingBytes, configurable: true });
}
