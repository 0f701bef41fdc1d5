import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config.ts';

/** Why a request is turned away before any of it is served. */
export interface Refusal {
  readonly status: 400 | 403 | 404 | 408 | 431 | 503;
  readonly message: string;
  /** With 503: when to come back, in seconds. */
  readonly retryAfterS?: number;
  /** Of the page that was refused for it. */
  readonly origin?: string;
}

/** Which requests are served. */
export interface GuardOptions {
  /** Origins of other sites, exactly as browsers send them. */
  readonly allowedOrigins: readonly string[];
  /** Serve only requests that name this machine by a loopback name: a page elsewhere whose own name
   *  was pointed at 127.0.0.1 must not reach a server that lets everybody in. */
  readonly isLocalOnly: boolean;
}

/** Judges a request by its first lines. Gives its path, or the refusal. */
export function guard(req: IncomingMessage, options: GuardOptions): string | Refusal {
  const path = pathOf(req);
  if (typeof path !== 'string') return path;
  if (options.isLocalOnly && !isLoopback(hostnameOf(req))) {
    return { status: 403, message: 'this server is for this machine only (development mode)' };
  }
  return checkOrigin(req, options.allowedOrigins) ?? path;
}

/** A request line and Host that make a URL: the path, or a refusal. Node takes both as they come,
 *  and `new URL` throws on some of what comes. */
export function pathOf(req: IncomingMessage): string | Refusal {
  const host = req.headers.host;
  const target = req.url ?? '';
  if (host === undefined || !isHost(host)) return { status: 400, message: 'malformed Host' };
  // Behind `//` or `/\` a URL has another host.
  if (!/^\/(?![/\\])/.test(target) || !URL.canParse(target, `http://${host}`)) {
    return { status: 400, message: 'malformed request target' };
  }
  return new URL(target, `http://${host}`).pathname;
}

/** May a page of this origin talk to the server? Requests without an Origin come from no page.
 *  `allowed`: origins of other sites, exactly as browsers send them. */
export function checkOrigin(req: IncomingMessage, allowed: readonly string[]): Refusal | undefined {
  const { origin, host } = req.headers;
  if (origin === undefined || allowed.includes(origin)) return undefined;
  const isSame = URL.canParse(origin) && new URL(origin).origin === origin;
  // The scheme is the proxy's business: behind one that ends TLS, this server sees plain HTTP.
  if (isSame && new URL(origin).host === host?.toLowerCase()) return undefined;
  return { status: 403, message: 'this origin is not allowed', origin };
}

/** The name that a request called this server by, where its Host makes a URL. */
export function hostnameOf(req: IncomingMessage): string {
  return new URL(`http://${req.headers.host}`).hostname.replace(/^\[|\]$/g, '');
}

function isHost(host: string): boolean {
  return /^[A-Za-z0-9.\-_[\]:]+$/.test(host) && URL.canParse(`http://${host}/`);
}
