import type { WebSocket } from 'ws';

// As every WebSocket numbers them. One of an app's own making may not have the constants.
const OPEN = 1;
const CLOSED = 3;

/** Is it neither closing nor closed? */
export function isOpen({ readyState }: Pick<WebSocket, 'readyState'>): boolean {
  return readyState === OPEN;
}

/** Has it closed, so that nothing will tell of its end any more? */
export function isClosed({ readyState }: Pick<WebSocket, 'readyState'>): boolean {
  return readyState === CLOSED;
}
