const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** A whole WebSocket message as a server sends it: one frame, final, unmasked (RFC 6455, 5.2). */
export function frameBytes(message: string | Uint8Array): Buffer {
  const isText = typeof message === 'string';
  const length = isText ? Buffer.byteLength(message) : message.byteLength;
  const header = headerLength(length);
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = isText ? FIN_TEXT : FIN_BINARY;
  if (header === 2) bytes[1] = length;
  else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  if (isText) bytes.write(message, header, 'utf8');
  else bytes.set(message, header);
  return bytes;
}

function headerLength(length: number): 2 | 4 | 10 {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}
