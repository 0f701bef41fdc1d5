import { isRecord, type Fields } from '../record.ts';
import { DEEPEST, isDeep } from './depth.ts';
import type { Encoder } from './encoder.ts';

/** What a frame of the server says, before its contents are decoded. */
export type Incoming =
  | { readonly says: 'ping' }
  | { readonly says: 'pong' }
  /** Open another connection, then leave this one. */
  | { readonly says: 'reconnect' }
  /** An error that answers no call: the connection was refused, or a frame could not be read. */
  | { readonly says: 'refused'; readonly error: unknown }
  | Reply
  | { readonly says: 'nothing-known' }
  | { readonly says: 'unreadable'; readonly why: string };

/** An answer to one call. */
export interface Reply {
  readonly says: 'reply';
  readonly id: number;
  /** Set: the call has failed. Still encoded. */
  readonly error?: unknown;
  readonly result?: {
    readonly type: 'started' | 'stopped' | 'data';
    /** Still encoded. */
    readonly data: unknown;
    /** Where a subscription may be resumed. */
    readonly id: string | undefined;
  };
}

/** Longest frame that is parsed, in UTF-16 units: more than the largest page of history takes. */
export const LONGEST_FRAME = 16 * 1024 * 1024;

/** Reads a frame: JSON, or what `encoder` makes of it. Never throws: a server may send anything. */
export function readIncoming(data: unknown, encoder?: Encoder): Incoming {
  if (data === 'PING') return { says: 'ping' };
  if (data === 'PONG') return { says: 'pong' };
  const isText = typeof data === 'string';
  if (!isText && !(encoder && data instanceof ArrayBuffer)) return unreadable('it is binary');
  const length = isText ? data.length : data.byteLength;
  if (length > LONGEST_FRAME) return unreadable('it is too long');
  let frame: unknown;
  try {
    frame = encoder ? encoder.decode(data) : JSON.parse(isText ? data : '');
  } catch {
    return unreadable(encoder ? 'the encoder cannot read it' : 'it is no JSON');
  }
  // One byte to a level at least, two characters in JSON: shorter ones cannot be too deep.
  if (length > DEEPEST && isDeep(frame)) return unreadable('it is nested too deeply');
  return isRecord(frame) ? readEnvelope(frame) : unreadable('it is no object');
}

function readEnvelope(frame: Fields): Incoming {
  const { id, method, error, result } = frame;
  if (method !== undefined) return { says: method === 'reconnect' ? 'reconnect' : 'nothing-known' };
  if (id === null && error !== undefined) return { says: 'refused', error };
  if (typeof id !== 'number') return unreadable('it answers nothing');
  if (error !== undefined) return { says: 'reply', id, error };
  if (!isRecord(result)) return unreadable('it has neither result nor error');
  // What queries and mutations answer may go without a type.
  const { type = 'data', data, id: eventId } = result;
  if (type !== 'data' && type !== 'started' && type !== 'stopped') return { says: 'nothing-known' };
  const known = typeof eventId === 'string' ? eventId : undefined;
  return { says: 'reply', id, result: { type, data, id: known } };
}

function unreadable(why: string): Incoming {
  return { says: 'unreadable', why };
}
