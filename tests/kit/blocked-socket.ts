import type { WebSocketClass } from '../../client/index.ts';

/** A WebSocket as a proxy treats it that knows none: it never opens. */
class Blocked extends EventTarget {
  readyState = 0;
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new CloseEvent('close', { code: 1006 })));
  }
  close() {}
  send() {}
}

/** In the place of a runtime's own. */
export const BlockedSocket = Blocked as unknown as WebSocketClass;
