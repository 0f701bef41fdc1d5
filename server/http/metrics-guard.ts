import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../config.ts';
import { isLoopbackAddress, normalAddress } from '../transport/address.ts';
import type { IsTrusted } from '../transport/client-address.ts';
import { bearerOf } from '../transport/context.ts';
import { hostnameOf } from '../transport/request-guard.ts';

/** Who may read the metrics. */
export interface MetricsGuardOptions {
  /** Undefined: nobody comes in by a token. */
  readonly token: string | undefined;
  readonly isTrusted: IsTrusted;
}

// What proxies add of themselves: whoever it names came from elsewhere.
const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'] as const;

/** May this request read the metrics? With the token from anywhere; without it from this machine alone, and
 *  not through a proxy that stands on it. */
export function mayReadMetrics(
  req: IncomingMessage,
  { token, isTrusted }: MetricsGuardOptions,
): boolean {
  const shown = bearerOf(req);
  if (shown !== undefined) return token !== undefined && isSame(shown, token);
  return isFromHere(req) && !isTrusted(peerOf(req) ?? '');
}

function isFromHere(req: IncomingMessage): boolean {
  const peer = peerOf(req);
  if (peer === undefined || !isLoopbackAddress(peer)) return false;
  if (PROXY_HEADERS.some((name) => req.headers[name] !== undefined)) return false;
  // A proxy that says nothing of itself still passes on the name by which it was called.
  return isLoopback(hostnameOf(req));
}

function peerOf({ socket }: IncomingMessage): string | undefined {
  return normalAddress(socket.remoteAddress ?? '');
}

/** Takes as long whatever is shown: hashes are of one length and say nothing of what they are of. */
function isSame(shown: string, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(shown), hash(token));
}
