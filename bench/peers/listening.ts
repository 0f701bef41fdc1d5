import type { AddressInfo } from 'node:net';
import type { WebSocketServer } from 'ws';

/** Where a server listens. */
export function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('listening: has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** Cuts every connection and closes. */
export async function closeServer(wss: WebSocketServer): Promise<void> {
  for (const socket of wss.clients) socket.terminate();
  await new Promise((resolve) => wss.close(resolve));
}
