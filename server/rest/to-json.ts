import { textOfBytes } from './bytes-text.ts';

/** JSON text of a value, for REST and the command: what has no form there is written as superjson writes it (dates
 *  and bigints as text, sets and maps as arrays), bytes as base64. What is undefined is left out. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    if (part instanceof Set || part instanceof Map) return [...part];
    if (part instanceof Uint8Array) return textOfBytes(part);
    return part;
  });
}
