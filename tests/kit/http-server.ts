import { pino, type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { createHttpServer, type HttpTimeouts } from '../../server/http/http-server.ts';
import { createRoutes } from '../../server/http/routes.ts';
import { RoomError } from '../../shared/index.ts';
import { rawRequest } from './raw-request.ts';

/** How many bytes `/trpc/large` answers with. */
export const LARGE = 8_000_000;

/** The real HTTP server, with guests who are only greeted. */
export async function httpServer(
  options: {
    allowedOrigins?: string[];
    isLocalOnly?: boolean;
    notReady?: string;
    timeouts?: HttpTimeouts;
    logger?: Logger;
  } = {},
) {
  const { logger = pino({ level: 'silent' }) } = options;
  const route = createRoutes({
    trpc: (req, res) => {
      if (req.url?.endsWith('large')) return void res.end(Buffer.alloc(LARGE));
      if (!req.url?.endsWith('.events')) return void res.end('trpc');
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    },
    rest: (_, __, res) => void res.end('rest'),
    notReady: () => options.notReady,
    guests: async (name) => {
      if (typeof name !== 'string') throw new RoomError('BAD_INPUT', 'name is missing');
      if (name === 'fault') throw new Error('secrets of the house');
      return { token: 't', user: { id: 'guest-1', name } };
    },
    metrics: { contentType: 'text/plain', scrape: async () => 'figures' },
    mayReadMetrics: () => true,
    logger,
  });
  const server = createHttpServer({
    route,
    upgrade: (_, socket) => void socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    allowedOrigins: options.allowedOrigins ?? [],
    isLocalOnly: options.isLocalOnly ?? false,
    ...(options.timeouts && { timeouts: options.timeouts }),
    clock: systemClock,
    logger,
  });
  const url = await server.listen(0, '127.0.0.1');
  onTestFinished(() => server.close(0));
  const port = Number(new URL(url).port);
  return { server, url, port, raw: (text: string) => rawRequest(port, text) };
}

/** The headers that ask for a WebSocket. */
export const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';

/** The status in the first line of an answer. */
export const statusOf = (answer: string) => Number(answer.split(' ')[1]);
