import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** A bare WebSocket: what it sent, what came, how it ended. */
export interface RawSocket {
  send(frame: unknown): void;
  /** The next message, parsed. Waits for one. */
  next(): Promise<unknown>;
  /** Resolves when the socket has closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly ws: WebSocket;
}

/** Opens a bare WebSocket to a tRPC server. With a token it authenticates as clients do. */
export async function rawSocket(url: string, token?: string): Promise<RawSocket> {
  const ws = new WebSocket(token === undefined ? url : `${url}?connectionParams=1`);
  onTestFinished(() => ws.terminate());
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  ws.on('message', (data: Buffer) => {
    if (data.toString() === 'PONG') return;
    const message: unknown = JSON.parse(data.toString());
    const resolve = waiting.shift();
    if (resolve) resolve(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  ws.on('error', () => {});
  const send = (frame: unknown) =>
    ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  if (token !== undefined) send({ method: 'connectionParams', data: { token } });
  return {
    ws,
    send,
    closed,
    next: async () => messages.shift() ?? new Promise((resolve) => waiting.push(resolve)),
  };
}

/** A call as it stands on the wire. */
export function call(id: number, method: string, path: string, json: unknown): unknown {
  return { id, method, params: { path, input: { json } } };
}
