import {
  errors,
  reconnectAfter,
  type Delivery,
  type ErrorCode,
  type Reconnect,
} from '../../shared/index.ts';
import { httpErrors, type HttpErrorCode } from '../http/http-errors.ts';

/** One error, as documents show it. */
export interface ErrorDescription {
  readonly code: ErrorCode | HttpErrorCode;
  readonly http: number;
  readonly retryable: boolean;
  readonly advice: string;
  /** What tRPC calls it. Unset: it is refused before any call is made of it. */
  readonly trpc: string | undefined;
  /** The close code where it ends a connection. */
  readonly close: number | undefined;
}

/** Every error: of calls, and of HTTP before calls. */
export function describeErrors(): ErrorDescription[] {
  const ofCalls = Object.entries(errors).map(([code, row]) => ({
    code: code as ErrorCode,
    http: row.http,
    retryable: row.retryable,
    advice: row.advice,
    trpc: row.trpc,
    close: 'close' in row ? row.close : undefined,
  }));
  const ofHttp = Object.entries(httpErrors).map(([code, row]) => ({
    ...row,
    code: code as HttpErrorCode,
    trpc: undefined,
    close: undefined,
  }));
  return [...ofCalls, ...ofHttp];
}

/** One close code. */
export interface CloseCodeDescription {
  readonly code: number;
  /** What a client does. */
  readonly reconnect: Reconnect;
  readonly meaning: string;
}

// Codes that stand in no row of the table of errors.
const PLAIN_CODES: Readonly<Record<number, string>> = {
  1000: 'The connection ended as it should.',
  1001: 'The other side goes away: a page that is left, a server that stops.',
  1002: 'The WebSocket protocol was broken.',
  1003: 'A form of data came that is not taken.',
  1006: 'The connection was cut without a close frame: a network that failed, or a server that had to cut it.',
  1007: 'Text came that is not UTF-8.',
  1008: 'The token was refused; the reason says why.',
};

/** Every close code that a client may meet. */
export function describeCloseCodes(): CloseCodeDescription[] {
  const known = new Map(Object.entries(PLAIN_CODES).map(([code, says]) => [Number(code), says]));
  for (const { code, close, advice } of describeErrors()) {
    if (close !== undefined) known.set(close, `\`${code}\`. ${advice}`);
  }
  return [...known]
    .toSorted(([a], [b]) => a - b)
    .map(([code, meaning]) => ({ code, reconnect: reconnectAfter(code), meaning }));
}

/** What a client does after a close code, in words. */
export const RECONNECT: Readonly<Record<Reconnect, string>> = {
  retry: 'come back after a jittered delay of 0.5 to 20 s',
  refresh: 'fetch a new token and come back; a second time in a row means stop',
  stop: 'do not come back; say why',
};

/** What delivery classes promise. */
export const DELIVERY: Readonly<Record<Delivery, string>> = {
  durable:
    'In order, stored, resumable. Every reader gets every event once and in one order; whoever was away gets what he missed.',
  latest:
    'Only the newest value per key matters: newcomers get the current ones, slow readers the newest only. Never stored.',
  ephemeral:
    'For those who are connected now. Never stored, never replayed, the first to be dropped.',
};
