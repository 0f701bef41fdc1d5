const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** A whole WebSocket message as a server sends it: one frame, final, unmasked (RFC 6455, 5.2). */
export function frameBytes(message: string | Uint8Array): Buffer {
  if (typeof message !== 'string') {
    const frame = emptyFrame(FIN_BINARY, message.byteLength);
    frame.set(message, frame.length - message.byteLength);
    return frame;
  }
  const length = Buffer.byteLength(message);
  const frame = emptyFrame(FIN_TEXT, length);
  frame.write(message, frame.length - length, 'utf8');
  return frame;
}

/** The frame of a text of two parts, of which many frames share the second. */
export function joinedFrame(beginning: Buffer, tail: Buffer): Buffer {
  const frame = emptyFrame(FIN_TEXT, beginning.length + tail.length);
  const from = frame.length - tail.length;
  // `write` and `copy` go through C++, which costs more than what they copy here.
  frame.set(beginning, from - beginning.length);
  frame.set(tail, from);
  return frame;
}

/** A header and room for `length` bytes behind it. */
function emptyFrame(first: number, length: number): Buffer {
  const header = headerLength(length);
  const bytes = Buffer.allocUnsafe(header + length);
  bytes[0] = first;
  if (header === 2) bytes[1] = length;
  else if (header === 4) {
    bytes[1] = 126;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  return bytes;
}

function headerLength(length: number): 2 | 4 | 10 {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}
