/** A frame as a client sends it: masked, with zeros, which change nothing. `declares`: the length that its
 *  header says, where that is not the payload's. */
export function clientFrame(
  payload: string | Uint8Array,
  { opcode = 1, isFinal = true, declares = Buffer.byteLength(payload) } = {},
): Buffer {
  return Buffer.concat([
    Buffer.from([(isFinal ? 0x80 : 0) | opcode]),
    lengthBytes(declares),
    Buffer.alloc(4),
    Buffer.from(payload),
  ]);
}

/** The same frame under another mask. */
export function maskedWith(frame: Buffer, mask: Uint8Array): Buffer {
  const masked = Buffer.from(frame);
  const at = { 126: 4, 127: 10 }[(frame[1] ?? 0) & 0x7f] ?? 2;
  masked.set(mask, at);
  for (let index = at + 4; index < masked.length; index += 1)
    masked[index]! ^= mask[(index - at) % 4]!;
  return masked;
}

function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | length]);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = 0x80 | (length < 65_536 ? 126 : 127);
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

export const OPCODE = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;
