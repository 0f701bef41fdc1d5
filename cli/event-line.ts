import { toJson } from '../server/rest/to-json.ts';
import type { RoomEvent } from '../shared/index.ts';
import { printable } from './printable.ts';

/** One event as a line for people: `09:30:05 <Ada> hello` for a message, of others type and data,
 *  `09:30:05 * note by Ada {"text":"hi"}`. Times are local. */
export function formatEvent({ type, data, by, at }: RoomEvent): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const name = printable(by.name);
  const text = type === 'message' ? textOf(data) : undefined;
  if (text !== undefined) return `${time} <${name}> ${printable(text)}`;
  const line = `${time} * ${printable(type)} by ${name}`;
  return data === undefined ? line : `${line} ${printable(toJson(data))}`;
}

/** The text of data that is nothing else: what stands beside it is not to be hidden. */
function textOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('text' in data)) return undefined;
  const isAlone = Object.keys(data).length === 1;
  return isAlone && typeof data.text === 'string' ? data.text : undefined;
}
