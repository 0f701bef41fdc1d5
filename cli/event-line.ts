import type { RoomEvent } from '../shared/index.ts';
import { printable } from './printable.ts';

/** One event as a line for people: `09:30:05 <Ada> hello`. Times are local. */
export function formatEvent({ type, data, by, at }: RoomEvent): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const name = printable(by.name);
  const text = type === 'message' ? textOf(data) : undefined;
  if (text !== undefined) return `${time} <${name}> ${printable(text)}`;
  return `${time} * ${printable(type)} by ${name} ${printable(JSON.stringify(data))}`;
}

function textOf(data: unknown): string | undefined {
  const text = typeof data === 'object' && data !== null && 'text' in data ? data.text : undefined;
  return typeof text === 'string' ? text : undefined;
}
