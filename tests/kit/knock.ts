import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

/** How an upgrade was answered. */
export interface Answer {
  /** 101 when the socket is open. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly ws: WebSocket;
}

/** Asks for a WebSocket and says how that was answered. It is cut with the test. */
export function knock(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const ws = new WebSocket(url, { headers });
  onTestFinished(() => ws.terminate());
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve({ status: 101, retryAfter: undefined, ws }));
    ws.once('unexpected-response', (_, res) => {
      res.resume();
      resolve({ status: res.statusCode ?? 0, retryAfter: res.headers['retry-after'], ws });
    });
    ws.on('error', reject);
  });
}
