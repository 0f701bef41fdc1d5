import { usageError } from './failure.ts';

/** The addresses of one server. */
export interface ServerUrl {
  /** Where tRPC speaks over WebSocket: `ws://host:port/trpc`. */
  readonly trpc: string;
  /** What `/healthz` and `/api/guest` stand under: `http://host:port`, without a slash at the end. */
  readonly http: string;
}

/** Reads the address of a server: http, https, ws or wss, with or without `/trpc`.
 *  @throws CliError of exit code 2 */
export function parseServerUrl(text: string): ServerUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && /^(http|ws)(s?):$/.exec(url.protocol);
  if (!url || !scheme) {
    const example = 'http://127.0.0.1:3000';
    throw usageError(`--url must be an address such as ${example}, not ${JSON.stringify(text)}`);
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/trpc$/, '');
  const rest = `${url.host}${path}`;
  return { trpc: `ws${scheme[2]}://${rest}/trpc`, http: `http${scheme[2]}://${rest}` };
}
