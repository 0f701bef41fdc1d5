import type { WebSocket } from 'ws';

/** Sends `PING` after `pingMs` of silence (default 30,000), and cuts the connection when nothing has
 *  come `pongWaitMs` later (default 5,000). Anything that comes counts. */
export function handleKeepAlive(client: WebSocket, pingMs = 30_000, pongWaitMs = 5_000): void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(() => {
      client.send('PING');
      timer = setTimeout(() => client.terminate(), pongWaitMs);
    }, pingMs);
  };
  client.on('message', () => {
    clearTimeout(timer);
    wait();
  });
  client.on('close', () => clearTimeout(timer));
  wait();
}
