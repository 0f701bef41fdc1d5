import type { IncomingMessage, ServerResponse } from 'node:http';

const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers':
    'authorization, content-type, idempotency-key, last-event-id, trpc-accept, trpc-batch-mode',
  'access-control-max-age': '600',
};

/** Lets pages of allowed origins read what is answered. True when the request was a preflight and is
 *  answered. The origin has been checked before. */
export function applyCors(req: IncomingMessage, res: ServerResponse): boolean {
  const { origin } = req.headers;
  res.setHeader('vary', 'Origin');
  if (origin !== undefined) {
    res.setHeader('access-control-allow-origin', origin);
    res.setHeader('access-control-expose-headers', 'retry-after');
  }
  if (req.method !== 'OPTIONS' || origin === undefined) return false;
  res.writeHead(204, PREFLIGHT).end();
  return true;
}
