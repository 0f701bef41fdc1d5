import { limits, RoomError } from '../../shared/index.ts';
import { parse, serialize } from '../serialize.ts';

/** An event's data as the log and the bus carry it: made once per event.
 *  @throws RoomError BAD_INPUT for what superjson does not carry, such as a key named `constructor`; TOO_LARGE */
export function encodeData(data: unknown): string {
  const text = textOf(data);
  // No UTF-16 unit takes more than three bytes.
  const bytes = text.length * 3 > limits.eventBytes ? Buffer.byteLength(text) : 0;
  if (bytes > limits.eventBytes) {
    throw new RoomError(
      'TOO_LARGE',
      `the data has ${bytes} bytes as JSON, of ${limits.eventBytes} at most`,
    );
  }
  return text;
}

/** The opposite of `encodeData`. */
export function decodeData(text: string): unknown {
  return parse(text);
}

function textOf(data: unknown): string {
  try {
    const form = serialize(data);
    const text = JSON.stringify(form);
    // What is stored once is read by everybody for ever after: nobody can mend it.
    if (form.meta) parse(text);
    if (text.includes('{}') && holdsBlind(data)) throw new Error('it would become {}');
    return text;
  } catch (error) {
    throw new RoomError('BAD_INPUT', 'the data has a part that cannot be carried', {
      cause: error,
    });
  }
}

/** Is there something whose content JSON does not see? As bytes a `Uint8Array` goes. */
function holdsBlind(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (BLIND.some((type) => value instanceof type)) return true;
  if (ArrayBuffer.isView(value)) return false;
  const parts = value instanceof Map ? [...value].flat() : [...valuesOf(value)];
  return parts.some(holdsBlind);
}

const BLIND = [ArrayBuffer, SharedArrayBuffer, DataView, Blob, WeakMap, WeakSet, Promise];

function valuesOf(value: object): Iterable<unknown> {
  return value instanceof Set ? value : Object.values(value);
}
