import { TRPCError } from '@trpc/server';
import { parseConnectionParamsFromUnknown, type TRPCRequestInfo } from '@trpc/server/http';
import type { IncomingMessage } from 'node:http';
import type { Encoder } from './encoder.ts';

/** What a client says of itself when it connects. Null: nothing. */
export type Params = TRPCRequestInfo['connectionParams'];

/** Will the first message be the parameters? */
export function expectsParams(req: IncomingMessage): boolean {
  // Only the query matters, and any base will do: a Host that makes no URL ends nothing here.
  const query = /\?([^#]*)/.exec(req.url ?? '')?.[1] ?? '';
  return new URLSearchParams(query).get('connectionParams') === '1';
}

/** Reads the message that says them. @throws TRPCError PARSE_ERROR */
export function readParams(encoder: Encoder, message: string | Buffer): Params {
  let data: unknown;
  try {
    const decoded = encoder.decode(message);
    if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) {
      throw new Error('Message was not an object');
    }
    data = (decoded as { data?: unknown }).data;
  } catch (cause) {
    const what = 'Malformed TRPCConnectionParamsMessage';
    throw new TRPCError({ code: 'PARSE_ERROR', message: what, cause });
  }
  return parseConnectionParamsFromUnknown(data);
}

/** What a context is made from. The signal is made when it is asked for: most contexts are made without one. */
export function infoOf(connectionParams: Params, signal: () => AbortSignal): TRPCRequestInfo {
  return {
    connectionParams,
    calls: [],
    isBatchCall: false,
    accept: null,
    type: 'unknown',
    get signal() {
      return signal();
    },
    url: null,
  };
}
