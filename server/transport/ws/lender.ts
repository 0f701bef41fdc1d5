/** Whose memory bytes are in, that are handed to somebody who writes them. */
export interface Lender {
  /** They are needed for longer, where they are. */
  keep(bytes: Buffer): void;
  /** The same bytes in memory of their own. */
  copyOf(bytes: Buffer): Buffer;
}

/** A copy that fills its memory: a piece of a pool or a slab holds all of that. */
export function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
