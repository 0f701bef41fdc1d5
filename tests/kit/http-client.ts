import { onTestFinished } from 'vitest';
import type { Clock } from '../../client/clock.ts';
import { createRooms, httpFallback } from '../../client/index.ts';
import { chat } from '../../shared/index.ts';
import { BlockedSocket } from './blocked-socket.ts';

/** A client over HTTP whose heartbeat runs in real time: only its streams' silence goes by the test's clock. */
export function httpClient(options: {
  url: string;
  token: string;
  clock: Clock;
  fetch?: typeof globalThis.fetch;
}) {
  const { url, token, clock, fetch = globalThis.fetch } = options;
  const rooms = createRooms(
    { chat },
    {
      url,
      token,
      WebSocket: httpFallback({ WebSocket: BlockedSocket, fetch, ...clock }),
      random: () => 0,
    },
  );
  onTestFinished(() => rooms.close());
  return rooms;
}
