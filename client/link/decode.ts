import { RoomError } from '../../shared/index.ts';
import { isRecord } from '../record.ts';
import { clientSuperjson } from '../transformer.ts';
import type { CallResult } from './call.ts';
import type { Reply } from './incoming.ts';

/** An error as the server's formatter shaped it. */
export interface ErrorReply {
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Decodes a result. Undefined: it cannot be read, whatever is wrong with it. */
export function decodeResult(result: Reply['result']): CallResult | undefined {
  if (!result) return undefined;
  const { type, id } = result;
  if (type !== 'data') return { type };
  // Queries and mutations that answer nothing have no data.
  if (result.data === undefined) return { type, data: undefined };
  const decoded = decode(result.data);
  if (!decoded) return undefined;
  return id === undefined ? { type, data: decoded.value } : { type, data: decoded.value, id };
}

/** What is said of an error that cannot be read. */
export const UNREADABLE_ERROR = 'the server sent an error that cannot be read';

/** Decodes an error. One that cannot be read is a fault of the server. */
export function decodeError(error: unknown): ErrorReply | RoomError {
  const decoded = decode(error)?.value;
  if (isErrorShape(decoded)) return { error: decoded };
  return new RoomError('INTERNAL', UNREADABLE_ERROR);
}

function isErrorShape(value: unknown): value is ErrorReply['error'] {
  return (
    isRecord(value) && typeof value['code'] === 'number' && typeof value['message'] === 'string'
  );
}

/** superjson throws at what is malformed, and runs out of stack at what is too deep. */
function decode(raw: unknown): { readonly value: unknown } | undefined {
  if (!isRecord(raw) || !('json' in raw || 'meta' in raw)) return undefined;
  try {
    const value = clientSuperjson.output.deserialize(raw as { json: never });
    return { value };
  } catch {
    return undefined;
  }
}
