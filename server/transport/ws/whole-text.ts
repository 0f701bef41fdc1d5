import { isUtf8 } from 'node:buffer';

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const TWO_BYTES = 126;
const MASK_BYTES = 4;

/** What a client says in a chunk that is one whole text message and nothing else (RFC 6455, 5.2): final, masked,
 *  not compressed, of at most `maxBytes`. It stands in the chunk, unmasked there. Undefined: the chunk is something
 *  else, or no UTF-8, and is as it was. */
export function wholeText(chunk: Buffer, maxBytes: number): Buffer | undefined {
  if (chunk[0] !== FINAL_TEXT) return undefined;
  const second = chunk[1] ?? 0;
  // A length in eight bytes is never whole in a chunk that a socket gives.
  if (second < MASKED || second > (MASKED | TWO_BYTES)) return undefined;
  const isShort = second < (MASKED | TWO_BYTES);
  const mask = isShort ? 2 : 4;
  if (chunk.length < mask + MASK_BYTES) return undefined;
  const length = isShort ? second - MASKED : chunk.readUInt16BE(2);
  const from = mask + MASK_BYTES;
  if (chunk.length !== from + length || length > maxBytes) return undefined;
  turn(chunk, mask);
  const text = chunk.subarray(from);
  if (isUtf8(text)) return text;
  turn(chunk, mask);
  return undefined;
}

/** Masks what is behind the mask, or unmasks it: done twice it is as before. */
function turn(chunk: Buffer, mask: number): void {
  const from = mask + MASK_BYTES;
  for (let at = from; at < chunk.length; at += 1) {
    // Within the chunk, both.
    chunk[at]! ^= chunk[mask + ((at - from) & 3)]!;
  }
}
