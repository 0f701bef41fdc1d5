import { isAnyArrayBuffer } from 'node:util/types';

const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/** A whole WebSocket message as a server sends it: one frame, final, unmasked (RFC 6455, 5.2). */
export function frameBytes(message: string | Uint8Array): Buffer {
  if (typeof message !== 'string') {
    const bytes = bytesOf(message);
    const frame = emptyFrame(FIN_BINARY, bytes.length);
    frame.set(bytes, frame.length - bytes.length);
    return frame;
  }
  const length = Buffer.byteLength(message);
  const frame = emptyFrame(FIN_TEXT, length);
  frame.write(message, frame.length - length, 'utf8');
  return frame;
}

/** Takes what `ws` takes, whatever an encoder's type says: where nothing is set, a frame would carry what was in its
 *  memory before. @throws TypeError */
function bytesOf(message: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (message instanceof Uint8Array) return message;
  if (ArrayBuffer.isView(message)) {
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
  if (isAnyArrayBuffer(message)) return new Uint8Array(message);
  throw new TypeError('an encoder gives text or bytes');
}

/** How many bytes the frame of a text of so many has. */
export function frameLength(length: number): number {
  return headerLength(length) + length;
}

/** Writes the header of the frame of a text of so many bytes. Returns where the text begins. */
export function writeFrameHeader(bytes: Buffer, from: number, length: number): number {
  writeHeader(bytes, from, FIN_TEXT, length);
  return from + headerLength(length);
}

/** A header and room for `length` bytes behind it. */
function emptyFrame(first: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(frameLength(length));
  writeHeader(bytes, 0, first, length);
  return bytes;
}

function writeHeader(bytes: Buffer, from: number, first: number, length: number): void {
  const header = headerLength(length);
  bytes[from] = first;
  if (header === 2) bytes[from + 1] = length;
  else if (header === 4) {
    bytes[from + 1] = 126;
    bytes.writeUInt16BE(length, from + 2);
  } else {
    bytes[from + 1] = 127;
    bytes.writeBigUInt64BE(BigInt(length), from + 2);
  }
}

function headerLength(length: number): 2 | 4 | 10 {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}
