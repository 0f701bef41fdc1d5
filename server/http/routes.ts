import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import { RoomError } from '../../shared/index.ts';
import type { Guest } from '../auth/guests.ts';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { bearerOf } from '../transport/context.ts';
import { createAssetSender, type Asset } from './asset.ts';
import { readJson, sendJson, sendProblem, sendText } from './reply.ts';

/** What the routes answer with. */
export interface RouteOptions {
  readonly trpc: RequestListener;
  /** What stands below `/api/` and is no route of its own. */
  readonly rest: (path: string, req: IncomingMessage, res: ServerResponse) => void;
  /** Undefined while requests can be served, otherwise why not. */
  readonly notReady: () => string | undefined;
  /** Undefined where guests are not welcome. */
  readonly guests: ((name: unknown, token: string | undefined) => Promise<Guest>) | undefined;
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape'>;
  /** Who may read the metrics. */
  readonly mayReadMetrics: (req: IncomingMessage) => boolean;
  /** What stands at a path for everybody to read: documents. */
  readonly assetAt?: (path: string) => Asset | undefined;
  readonly logger: Logger;
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

const guestBody = z.strictObject({ name: z.unknown() });
const NO_GUESTS =
  'guests are off here: set GUESTS=on beside AUTH_SECRET to let them in, or show a token of your own';

/** Everything that is served over HTTP, by path. */
export function createRoutes(options: RouteOptions) {
  const { trpc, rest, notReady, guests, metrics, mayReadMetrics, logger } = options;
  const { assetAt = () => undefined } = options;
  const sendAsset = createAssetSender();

  const routes: Readonly<Record<string, { method: string; handle: Handler }>> = {
    '/healthz': { method: 'GET', handle: (_, res) => sendJson(res, 200, { status: 'alive' }) },
    '/readyz': {
      method: 'GET',
      handle: (_, res) => {
        const reason = notReady();
        if (reason === undefined) sendJson(res, 200, { status: 'ready' });
        else sendJson(res, 503, { status: 'not ready', reason });
      },
    },
    '/metrics': {
      method: 'GET',
      handle: async (req, res) => {
        if (!mayReadMetrics(req)) return refuseMetrics(res);
        sendText(res, metrics.contentType, await metrics.scrape());
      },
    },
    ...(guests && {
      '/api/guest': {
        method: 'POST',
        handle: async (req: IncomingMessage, res: ServerResponse) => {
          const body = guestBody.safeParse(await readJson(req));
          if (!body.success) throw new RoomError('BAD_INPUT', 'expected { "name": … }');
          sendJson(res, 200, await guests(body.data.name, bearerOf(req)));
        },
      },
    }),
  };

  /** What stands at a path, or the answer that it cannot be made: a contract of a team's own may be of any form. */
  const readable = (path: string, res: ServerResponse): Asset | undefined => {
    try {
      return assetAt(path);
    } catch (error) {
      logger.error({ err: error, path }, 'a document cannot be made');
      sendProblem(res, 'INTERNAL', 'this document cannot be made; the log says why');
      return undefined;
    }
  };

  return (path: string, req: IncomingMessage, res: ServerResponse): void => {
    if (path.startsWith('/trpc/')) return isOfTrpc(req) ? trpc(req, res) : refuseMethod(res);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!guests && path === '/api/guest') return sendProblem(res, 'NO_SUCH_PATH', NO_GUESTS);
    if (!route && path.startsWith('/api/')) return rest(path, req, res);
    const isRead = req.method === 'GET' || req.method === 'HEAD';
    if (!route && isRead) {
      const asset = readable(path, res);
      if (asset) return sendAsset(req, res, asset);
      if (res.writableEnded) return;
    }
    // Links of its pages are relative.
    if (isRead && path === '/docs') return void res.writeHead(308, { location: '/docs/' }).end();
    if (!route) return sendProblem(res, 'NO_SUCH_PATH', noSuchPath(path));
    if (req.method !== route.method && !(req.method === 'HEAD' && route.method === 'GET')) {
      res.setHeader('allow', route.method);
      return sendProblem(res, 'METHOD_NOT_ALLOWED', `${path} is for ${route.method}`);
    }
    void (async () => route.handle(req, res))().catch((error: unknown) => {
      if (res.headersSent) return void res.destroy();
      if (error instanceof RoomError) return sendProblem(res, error.code, error.message);
      logger.error({ err: error, path }, 'a route failed');
      sendProblem(res, 'INTERNAL', 'internal error');
    });
  };
}

// What people ask for to find out whether they are in the right place.
const NEARBY: Readonly<Record<string, string>> = {
  '/': 'there is no page here, as the contract has no `chat`; /docs has what there is',
  '/trpc': '/trpc is for WebSockets; over HTTP a call of tRPC is at /trpc/PROCEDURE',
};

function noSuchPath(path: string): string {
  return NEARBY[path] ?? `there is no ${path.slice(0, 200)} here`;
}

// tRPC makes a request of the web's own of it, which some methods have no place in.
function isOfTrpc({ method = '' }: IncomingMessage): boolean {
  return ['GET', 'HEAD', 'POST'].includes(method);
}

function refuseMethod(res: ServerResponse): void {
  res.setHeader('allow', 'GET, HEAD, POST');
  sendProblem(res, 'METHOD_NOT_ALLOWED', 'procedures are for GET, HEAD and POST');
}

function refuseMetrics(res: ServerResponse): void {
  res.setHeader('www-authenticate', 'Bearer');
  sendProblem(res, 'METRICS_REFUSED', 'these metrics are not for you');
}
